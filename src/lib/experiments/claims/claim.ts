import type {Provenance} from "../../experiment/provenance.js";

/** Verdict of our evidence on a printed claim; `open` where it was not tried or the evidence cannot tell. */
export type Verdict = "agrees" | "same direction" | "differs" | "open";

/** Ground of a verdict: runs of ours, a formula alone, or nothing yet. */
export type Kind = "measured" | "modelled" | "open";

/** A row of a ledger: one number for or against a claim, and the verdict from all of them. */
export const claimColumns = {
  claim: {type: "string", label: "Claim"},
  statement: {type: "string", label: "Statement"},
  paper: {type: "string", label: "Paper"},
  place: {type: "string", label: "Place in the paper"},
  subject: {type: "string", label: "On"},
  quantity: {type: "string", label: "Quantity"},
  value: {type: "number", label: "Value", provenance: "row", nullable: true},
  low: {type: "number", label: "Lower end", provenance: "row", nullable: true},
  high: {type: "number", label: "Upper end", provenance: "row", nullable: true},
  documents: {type: "integer", label: "Documents of the interval", nullable: true},
  method: {type: "string", label: "Method of the interval"},
  unit: {type: "string", label: "Unit"},
  verdict: {type: "string", label: "Verdict"},
  kind: {type: "string", label: "Verdict from"},
  why: {type: "string", label: "Why they differ"},
} as const;

/** One number for or against a claim. */
export interface Evidence {
  /** The object that was measured, modelled or printed about. */
  readonly subject: string;
  readonly quantity: string;
  /** Null where a claim has no number, or where none can be had. */
  readonly value: number | null;
  readonly unit: string;
  readonly provenance: Provenance;
  /** Ends of the 95 % interval; absent where there is none, NaN where too few documents were read for one. */
  readonly low?: number;
  readonly high?: number;
  /** Documents that the interval counts, if it counts documents. */
  readonly documents?: number;
  /** How the interval was computed. */
  readonly method?: string;
}

/** Gives a verdict from evidence alone, the printed and ours. */
export type Rule = (reported: readonly Evidence[], ours: readonly Evidence[]) => Verdict;

/** A headline claim of a paper, what was printed, what we find, and why the two differ. `Found` is what its ledger ran. */
export interface Claim<Found = void> {
  /** Lower case with hyphens. */
  readonly id: string;
  readonly paper: string;
  /** Table, section or abstract. */
  readonly place: string;
  readonly statement: string;
  readonly kind: Kind;
  readonly reported: readonly Evidence[];
  ours(found: Found): readonly Evidence[];
  readonly judge: Rule;
  /** Reasons why ours and theirs differ or cannot be compared, in a sentence or two. */
  readonly why: string;
}
