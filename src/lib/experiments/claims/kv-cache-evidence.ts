/** Evidence for claims on smaller caches: sizes of published models, and readings of our decoders. */

import {bitsSize, wholeTokenBytes} from "../../engine/cache/packed-size.js";
import type {CacheSizes} from "../../engine/cache/sizes.js";
import {perplexityGap} from "../../evaluate/loss-reduction.js";
import type {Interval} from "../../stats/interval.js";
import type {Claim, Evidence, Verdict} from "./claim.js";
import {type Answers, answersChange, gapPercent, intervalEvidence, type TextLosses} from "./evidence.js";
import {atMostVerdict, lossVerdict} from "./token-selection-claims.js";

/** Results of a reading of the texts. */
export interface Scores extends TextLosses, Answers {}

/** All readings of one model, by name. */
export interface Found {
  readonly model: string;
  readonly scores: Readonly<Record<string, Scores>>;
}

/** A claim that readings of decoders judge. */
export type CacheClaim = Omit<Claim, "ours" | "judge"> & {
  readonly ours: (found: readonly Found[]) => readonly Evidence[];
  readonly judge: (found: readonly Found[]) => Verdict;
  /** Readings that it is judged by, each under its name the id of a cache: what follows a prompt of half the text counts. */
  readonly caches?: Readonly<Record<string, string>>;
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
export const layersOf = (count: number, width: number): CacheSizes => ({
  widths: new Array(count).fill(width),
  headDim: 128,
});
/** Layers of Llama-2-7B: 32 of width 4096. */
export const LLAMA_2_7B = layersOf(32, 4096);

/** Bytes of a long text's cache in 16 bits. */
export const plainBytes = (sizes: CacheSizes): number => wholeTokenBytes(sizes, LONG, bitsSize(16));

/** Bytes of a long text's cache in 16 bits over those of a technique's formula. */
export const timesSmaller = (sizes: CacheSizes, bytes: (sizes: CacheSizes) => number): number =>
  plainBytes(sizes) / bytes(sizes);

/** The models that have a reading. */
export const having = (found: readonly Found[], reading: string): readonly Found[] =>
  found.filter(({scores}) => reading in scores);

/** Perplexity of the first reading less that of the second. */
export function gapOf(scores: Found["scores"], worse: string, better: string): Interval {
  return perplexityGap(scores[worse].nll, scores[better].nll);
}

/** A perplexity's and the answers' distance from the baseline. */
export function lossEvidence({model, scores}: Found, name: string, baseline = FULL): Evidence[] {
  return [
    ...intervalEvidence(model, `perplexity lost, ${name}`, gapPercent(scores[name], scores[baseline]), "%"),
    ...intervalEvidence(
      model,
      `answers, ${name}, change`,
      answersChange(scores[name], scores[baseline]),
      "percentage points",
    ),
  ];
}

/** Per cent of perplexity that a technique which loses nearly nothing may lose. */
const NEARLY_NOTHING = 5;

/**
 * Verdict on a loss of nearly nothing: `agrees` if answers and perplexity both say so, `differs` if one of them says that it
 * is not so, else nothing can be said.
 */
export function losslessVerdict(found: readonly Found[], name: string, baseline = FULL): Verdict {
  const verdicts = [
    lossVerdict(found.map(({scores}) => answersChange(scores[name], scores[baseline]))),
    atMostVerdict(
      found.map(({scores}) => gapPercent(scores[name], scores[baseline])),
      NEARLY_NOTHING,
    ),
  ];
  if (verdicts.includes("differs")) return "differs";
  return verdicts.every((verdict) => verdict === "agrees") ? "agrees" : "cannot be judged here";
}
