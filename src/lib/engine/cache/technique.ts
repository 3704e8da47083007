/** A way to keep a cache small, as a record: the contract of every technique that stores, drops or reads keys and values. */

import type {Format} from "../../formats/format.js";
import {checkParams} from "../../technique/check-params.js";
import type {Params, ParamValues} from "../../technique/params.js";
import type {Technique} from "../../technique/technique.js";
import type {DecoderWeights} from "../decoder/decoder-weights.js";
import type {Decoder} from "../decoder/load-decoder.js";
import type {CacheSession} from "./session.js";
import {type CacheSizes, checkText} from "./sizes.js";

/** Kinds of techniques by what they save at, in a reader's words. */
export const CACHE_KINDS = {
  baseline: "as it is",
  "fewer-bits": "fewer bits",
  "shared-layers": "shared layers",
  "fewer-channels": "fewer channels",
  "fewer-tokens": "fewer tokens",
  pruned: "fewer numbers",
  "part-read": "read in part",
  combined: "two at once",
} as const;

/** The id of a kind. */
export type CacheKind = keyof typeof CACHE_KINDS;

/** Bytes of all layers: what is held, and what one decoded token reads of it. */
export interface CacheBytes {
  readonly kept: number;
  readonly read: number;
}

/** Everything that is kept is read. */
export const readWhole = (kept: number): CacheBytes => ({kept, read: kept});

/** A model for which caches are opened, and what was trained or chosen for it. */
export interface CacheSetting {
  readonly weights: DecoderWeights;
  readonly decoder: Decoder;
  /** Texts of the training split that projections may be calibrated on. */
  calibrationTexts(): readonly (readonly number[])[];
  /** A trained predictor of the model; the technique that needs one checks its kind. */
  readonly predictor?: object;
}

/** A setting under a name: a row of tables, a choice of pages and of the command line. */
export interface CachePreset<V> {
  readonly id: string;
  /** Parameters that are not at their defaults. */
  readonly params: V;
  /** True: a page shows it only to those who choose it, because another shows nearly the same or it is slow. */
  readonly isByChoice?: true;
}

/** A setting as its paper runs it on models of published size. Parameters with the name of a reader's knob follow that. */
export interface PublishedSetting<V> {
  readonly label: string;
  readonly params: V;
}

/** Definition of a cache technique with parameters of its own type; {@link cacheTechnique} makes it loopable. */
export interface CacheRecord<P extends Params> extends Technique<P> {
  /** The quantity that a setting reduces. */
  kindOf(params: ParamValues<P>): CacheKind;
  /** Name of a setting, short enough for a mark. */
  labelOf(params: ParamValues<P>): string;
  /** Source of a setting where it differs from the technique's. */
  sourceOf?(params: ParamValues<P>): string;
  /** The setting for a model of these sizes, in words. */
  inWords?(params: ParamValues<P>, sizes: CacheSizes): string;
  /** False: a model of these sizes has nothing that the technique is about, and lists leave it out. */
  appliesTo?(sizes: CacheSizes): boolean;
  /** Bytes of one token of a long text, in words and symbols. */
  formulaOf(params: ParamValues<P>): string;
  /** The way a number of one token comes back, in a few words. */
  comesBackOf(params: ParamValues<P>): string;
  /** True: it knows what no method can know, and stands for a bound. */
  readonly isBound?: true;
  /** The format in which each head of a token is packed on its own, so that its numbers can be followed by hand. */
  rowFormat?(params: ParamValues<P>): Format;
  /**
   * Bytes of a prompt of `tokens` tokens that is over: the one formula, equal to what an open cache then counts.
   * @throws RangeError if there is no formula for a model of these sizes.
   */
  bytes(sizes: CacheSizes, tokens: number, params: ParamValues<P>): CacheBytes;
  /** Tokens that are packed together: within so many, a longer text may take less than a shorter one. By default 1. */
  pageTokensOf?(params: ParamValues<P>): number;
  /**
   * Makes ready what all texts share and gives what begins a cache for one text; null if the model lacks what it takes.
   * Keys and values of magnitudes up to 10,000 come back finite; FP16, in which much is held, ends at 65,504.
   */
  open(setting: CacheSetting, params: ParamValues<P>): (() => CacheSession) | null;
  /** The setting under which the model is itself, to the bit; or why there is none, in a sentence. */
  readonly lossless: Partial<ParamValues<P>> | string;
  /**
   * `agree`: the same keys and values leave the same cache to the bit whether they come at once, in parts or token by
   * token (before {@link KvCache.endPrompt}, and after it). Else a sentence why not, and what the cache then refuses.
   */
  readonly parts: "agree" | (string & {});
  readonly presets: readonly CachePreset<Partial<ParamValues<P>>>[];
  readonly published?: readonly PublishedSetting<Partial<ParamValues<P>>>[];
}

/** Parameters by name, not yet checked: those that are missing take their defaults. */
export type GivenParams = Readonly<Record<string, unknown>>;

/**
 * A cache technique for loops: parameters are checked where they come in.
 * All functions that take parameters throw a RangeError that names the technique and the parameter.
 */
export interface CacheTechnique extends Technique {
  kindOf(given: GivenParams): CacheKind;
  labelOf(given: GivenParams): string;
  sourceOf(given: GivenParams): string;
  inWords(given: GivenParams, sizes: CacheSizes): string;
  appliesTo(sizes: CacheSizes): boolean;
  formulaOf(given: GivenParams): string;
  comesBackOf(given: GivenParams): string;
  readonly isBound: boolean;
  rowFormat(given: GivenParams): Format | undefined;
  bytes(sizes: CacheSizes, tokens: number, given: GivenParams): CacheBytes;
  pageTokensOf(given: GivenParams): number;
  open(setting: CacheSetting, given: GivenParams): (() => CacheSession) | null;
  readonly lossless: GivenParams | string;
  readonly parts: string;
  readonly presets: readonly CachePreset<GivenParams>[];
  readonly published: readonly PublishedSetting<GivenParams>[];
}

/** A record as every loop takes it. Presets are checked at once. @throws RangeError if a preset has a wrong parameter. */
export function cacheTechnique<const P extends Params>(record: CacheRecord<P>): CacheTechnique {
  const checked = (given: GivenParams) => checkParams(record.id, record.params, given);
  for (const {params} of [...record.presets, ...(record.published ?? [])]) checked(params);
  return {
    ...record,
    kindOf: (given) => record.kindOf(checked(given)),
    labelOf: (given) => record.labelOf(checked(given)),
    sourceOf: (given) => record.sourceOf?.(checked(given)) ?? record.source,
    inWords: (given, sizes) => record.inWords?.(checked(given), sizes) ?? record.labelOf(checked(given)),
    appliesTo: (sizes) => record.appliesTo?.(sizes) ?? true,
    formulaOf: (given) => record.formulaOf(checked(given)),
    comesBackOf: (given) => record.comesBackOf(checked(given)),
    isBound: record.isBound ?? false,
    rowFormat: (given) => record.rowFormat?.(checked(given)),
    bytes(sizes, tokens, given) {
      checkText(record.id, sizes, tokens);
      return record.bytes(sizes, tokens, checked(given));
    },
    pageTokensOf: (given) => record.pageTokensOf?.(checked(given)) ?? 1,
    open: (setting, given) => record.open(setting, checked(given)),
    published: record.published ?? [],
  };
}
