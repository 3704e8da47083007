/** What a way to keep a cache small has to say of itself, and what it may use. */

import type {TokenButlerPredictor} from "../../attention/token-butler/token-butler-weights.js";
import type {CacheSession} from "../../engine/cache/session.js";
import type {DecoderConfig} from "../../engine/decoder/config.js";
import type {Format, Packed} from "../../formats/format.js";
import {packedBytes} from "../../formats/format.js";
import type {CskvFactors} from "../../kv/cskv/cskv-cache.js";

/** What a technique does with the cache; decides its colour. */
export type CacheFamily =
  | "baseline"
  | "fewer-bits"
  | "shared-layers"
  | "fewer-channels"
  | "fewer-tokens"
  | "part-read"
  | "combined";

/** What the model at hand offers to techniques. */
export interface CacheSetting {
  readonly config: DecoderConfig;
  /** Calibrated projections for this share of the channels. */
  cskvFactors(share: number): CskvFactors;
  /** For each layer, the order of channels by the size of their rows in W_k. */
  readonly keyOrder: readonly Int32Array[];
  /** TokenButler's predictor, where one was trained for the model. */
  readonly predictor?: TokenButlerPredictor;
}

/** Bytes for each token of a text so long that windows, factors and the first tokens no longer count. */
export interface LongTextCost {
  readonly kept: number;
  readonly read: number;
}

/** A way to keep a cache small, with all its settings made. */
export interface CacheTechnique {
  readonly label: string;
  readonly family: CacheFamily;
  /** Bytes of one token of a long text, in words and symbols. */
  readonly formula: string;
  readonly source: string;
  /** True: it knows what no method can know, and stands for a bound. */
  readonly isBound?: boolean;
  /** How a number of one token comes back, in a few words. */
  readonly comesBack: string;
  /** Where every head of a token is packed on its own, so that its numbers can be followed by hand. */
  readonly format?: Format;
  /** A formula over the model's sizes; sizes of packed rows are counted. */
  longText(setting: CacheSetting): LongTextCost;
  /** Makes ready what all texts share and gives what starts a cache for one text; null if the model lacks what it takes. */
  prepare(setting: CacheSetting): (() => CacheSession) | null;
}

/** kvHeads · headDim. */
export const widthOf = ({kvHeads, headDim}: DecoderConfig): number => kvHeads * headDim;

/** Bytes that a format takes for zeros of a shape: sizes depend on the shape alone. */
export function bytesOf(format: Format, ...shape: readonly number[]): number {
  return packedBytes(format.encode({shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1))}));
}

/** Everything that is kept is read. */
export const readWhole = (kept: number): LongTextCost => ({kept, read: kept});

/**
 * The same format, which unpacks no tensor twice while it is held. A decoder unpacks its cache with every token; a study of
 * many texts need not. Neither what is stored nor what is counted changes.
 */
export function decodedOnce(format: Format): Format {
  const known = new WeakMap<Packed, ReturnType<Format["decode"]>>();
  return {
    ...format,
    decode(packed) {
      const found = known.get(packed) ?? format.decode(packed);
      known.set(packed, found);
      return found;
    },
  };
}

/** The shares that techniques are asked for, as they are written in labels. */
const SHARES: Readonly<Record<number, string>> = {0.5: "½", 0.25: "¼", 0.125: "⅛"};
/** ½ for 0.5. */
export const shareText = (share: number): string => SHARES[share] ?? String(share);

/** A label with the format beside it, unless it is the baseline's. */
export const withFormat = (label: string, format: Format): string =>
  format.id === "fp16" ? label : `${label} + ${format.title.split(" ")[0]}`;
