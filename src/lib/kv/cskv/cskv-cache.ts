import type {PackedKvCache} from "../../engine/cache/packed-kv-cache.js";
import {type PageRule, pagedStore} from "../../engine/cache/paged-store.js";
import {type StoredCacheOptions, storedCache, type UnpackOptions} from "../../engine/cache/stored-cache.js";
import {codingOf, floatRun, matrixCoding} from "../../engine/cache/stored-kv.js";
import type {DecoderConfig} from "../../engine/decoder/config.js";
import {fp16} from "../../formats/float/float.js";
import type {Format} from "../../formats/format.js";
import {transpose} from "../../tensor/transpose.js";
import {type ChannelFactors, expandChannels, featureMap, featuresOf} from "./cskv.js";
import type {CskvFactors} from "./cskv-calibration.js";

/** Options of CSKV's cache. */
export interface CskvCacheOptions extends UnpackOptions, Pick<StoredCacheOptions, "own"> {
  /** Tokens that wait whole and are then shrunk together. */
  readonly window?: number;
  /** Newest tokens that stay whole besides. */
  readonly residual?: number;
  /** Packing of features: keys' blocks along a window's tokens, values' along a token's features. */
  readonly format?: Format;
  /** Storage of the tokens of the window. */
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
  {
    window = 32,
    residual = 0,
    format = fp16,
    wholeFormat = fp16,
    own = "exact",
    unpackOnce = false,
  }: CskvCacheOptions = {},
): PackedKvCache {
  if (keys.length !== config.layers || values.length !== config.layers) {
    throw new RangeError(
      `cskvCache: factors must be of ${config.layers} layers, got ${keys.length} of keys and ${values.length} of values`,
    );
  }
  const store = pagedStore(config, {
    keys: shrinking(keys, {window, residual, format, perChannel: true}),
    values: shrinking(values, {window, residual, format, perChannel: false}),
    wholeFormat,
    unpackOnce,
  });
  return storedCache(store, {unrotatedKeys: true, own});
}

interface Shrinking extends Required<Pick<CskvCacheOptions, "window" | "residual" | "format">> {
  readonly perChannel: boolean;
}

function shrinking(
  factors: readonly ChannelFactors[],
  {window, residual, format, perChannel}: Shrinking,
): PageRule {
  const maps = factors.map(featureMap);
  const rows = factors.map(({up, outputs}) => floatRun(Float32Array.from(up), outputs));
  return {
    pageTokens: window,
    residual,
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
    coding: (layer) =>
      perChannel ? codingOf(format, window, window) : matrixCoding(format, factors[layer].rank),
    factor: (layer) => rows[layer],
  };
}
