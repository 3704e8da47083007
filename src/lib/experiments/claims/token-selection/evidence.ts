/** Evidence for claims on token selection: readings of our decoders under policies. */

import type {TokenButlerPredictor} from "../../../attention/token-butler/token-butler-weights.js";
import type {DecoderConfig} from "../../../engine/decoder/config.js";
import type {Claim, Evidence} from "../claim.js";
import {
  type Answers,
  answersChange,
  gapPercent,
  measured,
  rightPercent,
  spread,
  type TextLosses,
} from "../evidence.js";

/** Results of a reading of the texts. */
export interface Scores extends TextLosses, Answers {
  /** All keys and values, over what was read of them and of the policy's own state. */
  readonly fewerRead: number;
  /** All keys and values, over what was kept at the end. */
  readonly fewerKept: number;
}

/** All readings of one model, by name. */
export interface Found {
  readonly model: string;
  readonly config: DecoderConfig;
  readonly predictor: TokenButlerPredictor;
  readonly scores: Readonly<Record<string, Scores>>;
}

/** A claim that readings of decoders under policies judge. */
export type SelectionClaim = Claim<readonly Found[]> & {
  /** Names of the readings that it is judged by. */
  readonly reads: readonly string[];
};

/** The reading that keeps everything. */
export const FULL = "full model";

/** Shares of the keys at which co-reference is read, as names of readings have them. */
export const HALF = "half the keys";
export const QUARTER = "a quarter of the keys";

/** The reading of co-reference samples with all keys. */
export const NAMES_FULL = "names, full model";

/** The name of a reading of co-reference samples. */
export const namesReading = (policy: string, share: string): string => `names, ${policy}, ${share}`;

/** Models for which all of these readings were made. */
export const having = (found: readonly Found[], names: readonly string[]): readonly Found[] =>
  found.filter(({scores}) => names.every((name) => name in scores));

/** Decoders that are read, as reasons name them. */
export const OUR_DECODERS =
  "Ours are two small decoders, one training run each, on documents of 128 and 256 tokens that ask for facts of their context; the second half counts.";

/** Quantity of a change of answers. */
export const changeOf = (kept: string) => `change of answers right, ${kept}`;

/** Answers of a reading beside those of the full model, and what perplexity lost where it counts the same tokens. */
export function retrieval({model, scores}: Found, name: string, kept: string, baseline = FULL): Evidence[] {
  return [
    measured(model, `answers right, ${baseline}`, rightPercent(scores[baseline]), "%"),
    measured(model, `answers right, ${kept}`, rightPercent(scores[name]), "%"),
    spread(model, changeOf(kept), answersChange(scores[name], scores[baseline]), "points"),
    spread(model, `perplexity lost, ${kept}`, gapPercent(scores[name], scores[baseline]), "%"),
  ];
}
