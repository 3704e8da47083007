import type {DataSets} from "../../experiment/experiment.js";
import type {Provenance} from "../../experiment/provenance.js";

/** Verdict of our evidence on a printed claim; decided from the numbers by the claim's own rule. */
export type Verdict = "agrees" | "same direction" | "differs" | "cannot be judged here";

/** A row of a ledger: one number for or against a claim, and the verdict from all of them. */
export const claimColumns = {
  claim: {type: "string", label: "Claim"},
  statement: {type: "string", label: "Statement"},
  paper: {type: "string", label: "Paper"},
  place: {type: "string", label: "Place in the paper"},
  subject: {type: "string", label: "On"},
  quantity: {type: "string", label: "Quantity"},
  value: {type: "number", label: "Value", provenance: "row", nullable: true},
  unit: {type: "string", label: "Unit"},
  verdict: {type: "string", label: "Verdict"},
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
}

/** A headline claim of a paper, what was printed, what we find, and why the two differ. */
export interface Claim {
  /** Lower case with hyphens. */
  readonly id: string;
  readonly paper: string;
  /** Table, section or abstract. */
  readonly place: string;
  readonly statement: string;
  readonly reported: readonly Evidence[];
  /** Our own evidence, computed from the data sets. */
  ours(data: Pick<DataSets, "get">): readonly Evidence[];
  /** The verdict from all evidence, the reported first. */
  judge(reported: readonly Evidence[], ours: readonly Evidence[]): Verdict;
  /** Reasons why ours and theirs differ or cannot be compared, in a sentence or two. */
  readonly why: string;
}
