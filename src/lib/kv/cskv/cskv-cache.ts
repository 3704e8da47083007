import type {PackedKvCache} from "../../engine/cache/packed-kv-cache.js";
import {type PageRule, pagedStore} from "../../engine/cache/paged-store.js";
import {type StoredCacheOptions, storedCache, type UnpackOptions} from "../../engine/cache/stored-cache.js";
import type {DecoderConfig} from "../../engine/decoder/config.js";
import {forward} from "../../engine/decoder/decoder.js";
import type {DecoderWeights} from "../../engine/decoder/decoder-weights.js";
import type {Decoder} from "../../engine/decoder/load-decoder.js";
import {fp16} from "../../formats/float/float.js";
import type {Format} from "../../formats/format.js";
import {transpose} from "../../tensor/transpose.js";
import {
  type ChannelFactorOptions,
  type ChannelFactors,
  channelFactors,
  expandChannels,
  featureMap,
  featuresOf,
  fitChannelFactors,
} from "./cskv.js";

/** The factors of the key and value projections of every layer. */
export interface CskvFactors {
  readonly keys: readonly ChannelFactors[];
  readonly values: readonly ChannelFactors[];
}

export interface CskvCacheOptions extends UnpackOptions, Pick<StoredCacheOptions, "own"> {
  /** Tokens that wait whole and are then shrunk together. */
  readonly window?: number;
  /** How features are packed: keys' blocks along a window's tokens, values' along a token's features. */
  readonly format?: Format;
  /** How tokens of the window are kept. */
  readonly wholeFormat?: Format;
}

/**
 * CSKV: keys before rotary and values as few features a token, c = x A, and attention reads c B; the newest tokens stay
 * whole until `window` of them have come. The features are made from the keys and values themselves
 * ({@link featuresOf}), so that none need be held for the window. (arXiv:2409.10593, section 2)
 * @throws RangeError if there are not factors for every layer, or as {@link pagedStore}.
 */
export function cskvCache(
  config: DecoderConfig,
  {keys, values}: CskvFactors,
  {window = 32, format = fp16, wholeFormat = fp16, own = "exact", unpackOnce = false}: CskvCacheOptions = {},
): PackedKvCache {
  if (keys.length !== config.layers || values.length !== config.layers) {
    throw new RangeError(
      `cskvCache: factors must be of ${config.layers} layers, got ${keys.length} of keys and ${values.length} of values`,
    );
  }
  const store = pagedStore(config, {
    keys: shrinking(keys, {window, format, perChannel: true}),
    values: shrinking(values, {window, format, perChannel: false}),
    wholeFormat,
    unpackOnce,
  });
  return storedCache(store, {unrotatedKeys: true, own});
}

interface Shrinking extends Required<Pick<CskvCacheOptions, "window" | "format">> {
  readonly perChannel: boolean;
}

function shrinking(factors: readonly ChannelFactors[], {window, format, perChannel}: Shrinking): PageRule {
  const maps = factors.map(featureMap);
  return {
    pageTokens: window,
    pack(x, layer) {
      const {rank, outputs} = factors[layer];
      const c = featuresOf(x, maps[layer], outputs);
      return perChannel
        ? format.encode({shape: [rank, window], data: transpose(c, window, rank)})
        : format.encode({shape: [window, rank], data: c});
    },
    unpack(page, layer) {
      const {data} = format.decode(page);
      const c = perChannel ? transpose(data, factors[layer].rank, window) : data;
      return expandChannels(c, factors[layer]);
    },
  };
}

export interface CskvCalibration extends Pick<ChannelFactorOptions, "alpha"> {
  readonly rankK: number;
  readonly rankV: number;
  /** Rounds of least squares after the decomposition. */
  readonly fitSteps?: number;
}

/**
 * Factors of every layer's key and value projections: the decomposition weighted with the size of the calibration texts'
 * activations, then fitted to them by least squares.
 * @param inputs of the model's layers, from {@link attentionInputs}
 * @throws RangeError if the projections have biases, which features do not carry, or as {@link channelFactors}.
 */
export function calibrateCskv(
  weights: DecoderWeights,
  inputs: readonly InputStatistics[],
  {rankK, rankV, alpha = 0.5, fitSteps = 2}: CskvCalibration,
): CskvFactors {
  if (weights.config.biases.qkv) {
    throw new RangeError("calibrateCskv: key and value projections must have no bias, got biases");
  }
  const shrunk = (name: string, rank: number) =>
    inputs.map(({means, gram}, layer) => {
      const {shape, data} = weights.tensors.get(`model.layers.${layer}.self_attn.${name}.weight`)!;
      const [out, width] = shape;
      const w = transpose(data, out, width);
      const start = channelFactors(w, width, rank, {activationMeans: means, alpha});
      return fitChannelFactors(w, start, gram, fitSteps);
    });
  return {keys: shrunk("k_proj", rankK), values: shrunk("v_proj", rankV)};
}

/** Mean |x| of each input channel of a layer's attention, and X^T X over the texts. */
export interface InputStatistics {
  readonly means: Float64Array;
  readonly gram: Float64Array;
}

/** What enters the attention of every layer while the model reads texts. @throws RangeError as {@link forward}. */
export function attentionInputs(model: Decoder, texts: readonly (readonly number[])[]): InputStatistics[] {
  const {hiddenSize: width, layers} = model.config;
  const sums = Array.from({length: layers}, () => ({
    means: new Float64Array(width),
    gram: new Float64Array(width * width),
  }));
  const tokens = texts.reduce((sum, {length}) => sum + length, 0);
  for (const ids of texts) {
    forward(model, ids, {
      rows: "last",
      hooks: {
        tensor(site, layer, x) {
          if (site === "attention.input") addStatistics(sums[layer], x, width, tokens);
          return undefined;
        },
      },
    });
  }
  for (const {gram} of sums) mirror(gram, width);
  return sums;
}

/** The upper triangle from the lower. */
function mirror(x: Float64Array, n: number): void {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) x[j * n + i] = x[i * n + j];
  }
}

/** Adds to the lower triangle of X^T X. */
function addStatistics({means, gram}: InputStatistics, x: Float32Array, width: number, tokens: number): void {
  for (let at = 0; at < x.length; at += width) {
    for (let i = 0; i < width; i++) {
      const value = x[at + i];
      const row = i * width;
      means[i] = means[i] + Math.abs(value) / tokens;
      for (let j = 0; j <= i; j++) gram[row + j] = gram[row + j] + value * x[at + j];
    }
  }
}
