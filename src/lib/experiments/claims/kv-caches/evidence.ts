/** Evidence for claims on smaller caches: sizes of published models, and readings of our decoders. */

import {bitsSize, wholeTokenBytes} from "../../../engine/cache/packed-size.js";
import type {CacheSizes} from "../../../engine/cache/sizes.js";
import type {DecoderId} from "../../shared/decoders.js";
import type {Claim, Evidence} from "../claim.js";
import {
  type Answers,
  answersChange,
  gapOf as gapOfTexts,
  gapPercent,
  type Spread,
  spread,
  type TextLosses,
} from "../evidence.js";

/** Results of a reading of the texts. */
export interface Scores extends TextLosses, Answers {
  /** Bytes of the whole cache in 16 bits over those that the reading kept, where it counts them. */
  readonly timesSmaller?: number;
}

/** All readings of one model, by name. */
export interface Found {
  readonly model: DecoderId;
  readonly scores: Readonly<Record<string, Scores>>;
}

/** A claim that readings of decoders judge. */
export type CacheClaim = Claim<readonly Found[]> & {
  /** Names of the readings that it is judged by. */
  readonly reads: readonly string[];
  /** Further ones, each under its name the id of a cache: what follows a prompt of half the text counts, token by token. */
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
/** Layers of Llama-3.1-8B: 32 of width 1024. */
export const LLAMA_31_8B = layersOf(32, 1024);

/** Bytes of a long text's cache in 16 bits. */
export const plainBytes = (sizes: CacheSizes): number => wholeTokenBytes(sizes, LONG, bitsSize(16));

/** Bytes of a long text's cache in 16 bits over those of a technique's formula. */
export const timesSmaller = (sizes: CacheSizes, bytes: (sizes: CacheSizes) => number): number =>
  plainBytes(sizes) / bytes(sizes);

/** The models that have a reading. */
export const having = (found: readonly Found[], reading: string): readonly Found[] =>
  found.filter(({scores}) => reading in scores);

/** Perplexity of the first reading less that of the second. */
export const gapOf = ({scores}: Found, worse: string, better: string): Spread =>
  gapOfTexts(scores[worse], scores[better]);

/** Quantities of {@link lossEvidence}. */
export const lostBy = (name: string) =>
  ({perplexity: `perplexity lost, ${name}`, answers: `answers, ${name}, change`}) as const;

/** A perplexity's and the answers' distance from the baseline. */
export function lossEvidence({model, scores}: Found, name: string, baseline = FULL): Evidence[] {
  const {perplexity, answers} = lostBy(name);
  return [
    spread(model, perplexity, gapPercent(scores[name], scores[baseline]), "%"),
    spread(model, answers, answersChange(scores[name], scores[baseline]), "percentage points"),
  ];
}

/** Decoders that are read, as reasons name them. */
export const OUR_DECODERS =
  "Ours are small decoders, one training run each, on documents of 128 or 256 tokens; intervals count documents.";
