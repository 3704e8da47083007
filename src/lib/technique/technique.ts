import type {Family} from "./families.js";
import type {Params} from "./params.js";

/** Data that a technique takes beside the model: a name that its caller hands over, such as a trained predictor. */
export type Need = "calibration" | "predictor";

/**
 * Facts that every technique states once, in its own room: command line, choices of experiments, legends, colours,
 * citations and the tests over a whole registry are made from them.
 */
export interface Technique<P extends Params = Params> {
  /** As the field writes it, lower case with hyphens or underscores. */
  readonly id: string;
  readonly label: string;
  /** Paper and section, or specification. */
  readonly source: string;
  readonly family: Family;
  /** Its knobs with ranges and defaults. */
  readonly params: P;
  readonly needs: readonly Need[];
}
