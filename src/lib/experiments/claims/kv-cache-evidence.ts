/** What claims on smaller caches are judged from: sizes of published models, and readings of our decoders. */

import {type Interval, perplexityGap} from "../../evaluate/loss-reduction.js";
import {pairedShare} from "../../evaluate/quality.js";
import type {Provenance} from "../../experiment/provenance.js";
import {type KvMethod, type KvModel, kvCacheBytes} from "../../kv/calculator.js";
import type {Claim, Evidence, Verdict} from "./claim.js";
import {atMostVerdict, lossVerdict} from "./token-selection-claims.js";

/** What a reading of the texts found. */
export interface Scores {
  /** Mean negative log-likelihood of each text, in nats. */
  readonly nll: Float64Array;
  /** Whether each token that a text determines came out right. */
  readonly right: readonly boolean[];
}

/** All readings of one model, by name. */
export interface Found {
  readonly model: string;
  readonly scores: Readonly<Record<string, Scores>>;
}

export type CacheClaim = Omit<Claim, "ours" | "judge"> & {
  readonly ours: (found: readonly Found[]) => readonly Evidence[];
  readonly judge: (found: readonly Found[]) => Verdict;
};

/** The reading of everything, as the model computes it. */
export const FULL = "full cache";
/** The same where only what follows a prompt of half the text counts, as caches are used. */
export const FULL_AFTER_PROMPT = "full cache after a prompt";
/** The length at which xKV's authors count every ratio. */
export const LONG = 65_536;
/** Codes of four bits, scale and minimum of sixteen for each 32. */
export const FOUR_BITS = 5;

/** So many layers of a width. */
export const layersOf = (count: number, width: number): KvModel => ({
  widths: new Array(count).fill(width),
  headDim: 128,
});
export const LLAMA_2_7B = layersOf(32, 4096);

/** Bytes of the plain cache over those of a method. */
export const timesSmaller = (model: KvModel, method: KvMethod): number =>
  kvCacheBytes(model, LONG) / kvCacheBytes(model, LONG, method);

/** The models that have a reading. */
export const having = (found: readonly Found[], reading: string): readonly Found[] =>
  found.filter(({scores}) => reading in scores);

/** How much higher the perplexity of the first reading is. */
export function gapOf(scores: Found["scores"], worse: string, better: string): Interval {
  return perplexityGap(scores[worse].nll, scores[better].nll);
}

/** How much higher the perplexity of the first reading is, in per cent of the second's. */
function gapPercent(scores: Found["scores"], worse: string, better: string): Interval {
  const {value, low, high} = gapOf(scores, worse, better);
  const scale = 100 / perplexityOf(scores[better]);
  return {value: scale * value, low: scale * low, high: scale * high};
}

/** Answers of a reading less those of the baseline, in percentage points. */
function answersChange(scores: Found["scores"], name: string, baseline: string): Interval {
  const [own, full] = [scores[name].right, scores[baseline].right];
  const {value, low, high} = pairedShare(own.map((isRight, i) => [isRight, full[i]] as const));
  return {value: 100 * value, low: 100 * low, high: 100 * high};
}

export const perplexityOf = ({nll}: Scores): number =>
  Math.exp(nll.reduce((sum, value) => sum + value, 0) / nll.length);

export const rightPercent = ({right}: Scores): number => (100 * right.filter(Boolean).length) / right.length;

/** A perplexity's and the answers' distance from the baseline. */
export function lossEvidence({model, scores}: Found, name: string, baseline = FULL): Evidence[] {
  return [
    ...interval(model, `perplexity lost, ${name}`, gapPercent(scores, name, baseline), "%"),
    ...interval(
      model,
      `answers, ${name}, change`,
      answersChange(scores, name, baseline),
      "percentage points",
    ),
  ];
}

/** Per cent of perplexity that a technique which loses nearly nothing may lose. */
const NEARLY_NOTHING = 5;

/**
 * Whether nearly nothing is lost: `agrees` if answers and perplexity both say so, `differs` if one of them says that it
 * is not so, else nothing can be said.
 */
export function losslessVerdict(found: readonly Found[], name: string, baseline = FULL): Verdict {
  const verdicts = [
    lossVerdict(found.map(({scores}) => answersChange(scores, name, baseline))),
    atMostVerdict(
      found.map(({scores}) => gapPercent(scores, name, baseline)),
      NEARLY_NOTHING,
    ),
  ];
  if (verdicts.includes("differs")) return "differs";
  return verdicts.every((verdict) => verdict === "agrees") ? "agrees" : "cannot be judged here";
}

export function interval(
  model: string,
  quantity: string,
  {value, low, high}: Interval,
  unit: string,
): Evidence[] {
  return [
    evidence(model, quantity, value, unit, "measured"),
    evidence(model, `${quantity}, lower end of 95 %`, low, unit, "measured"),
    evidence(model, `${quantity}, upper end of 95 %`, high, unit, "measured"),
  ];
}

export function evidence(
  subject: string,
  quantity: string,
  value: number,
  unit: string,
  provenance: Provenance,
): Evidence {
  return {subject, quantity, value, unit, provenance};
}
