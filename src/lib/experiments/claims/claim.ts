import type {DataSets} from "../../experiment/experiment.js";
import type {Provenance} from "../../experiment/provenance.js";

/** How our evidence stands to a printed claim; decided from the numbers by the claim's own rule. */
export type Verdict = "agrees" | "same direction" | "differs" | "cannot be judged here";

/** One number for or against a claim. */
export interface Evidence {
  /** What it was measured on, modelled for or printed about. */
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
  /** Why ours and theirs differ or cannot be compared, in a sentence or two. */
  readonly why: string;
}
