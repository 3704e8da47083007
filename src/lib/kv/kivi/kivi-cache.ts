import type {PackedKvCache} from "../../engine/cache/packed-kv-cache.js";
import {type PageRule, pagedStore} from "../../engine/cache/paged-store.js";
import {type StoredCacheOptions, storedCache, type UnpackOptions} from "../../engine/cache/stored-cache.js";
import type {Coding} from "../../engine/cache/stored-kv.js";
import type {DecoderConfig} from "../../engine/decoder/config.js";
import {fp16} from "../../formats/float/float.js";
import type {Format} from "../../formats/format.js";
import {type KiviAxis, type KiviOptions, kiviDequantize, kiviQuantize} from "./kivi.js";

/** Options of KIVI's cache. */
export interface KiviCacheOptions extends KiviOptions, UnpackOptions, Pick<StoredCacheOptions, "own"> {
  /** Newest tokens that stay out of the codes; a multiple of groupSize. */
  readonly residual?: number;
  /** Storage of those tokens. */
  readonly residualFormat?: Format;
  /** Along what keys are grouped; `channels`, per token as values, is what outlier channels destroy. */
  readonly keyAxis?: KiviAxis;
}

/**
 * KIVI: keys per channel and values per token in a few bits, the newest tokens whole. Keys go into codes `residual` at a
 * time; a value goes when `residual` newer ones have come. Keys are kept after rotary. (arXiv:2402.02750, section 3.3)
 * @throws RangeError if residual is no positive multiple of groupSize; an option is checked with the first token.
 */
export function kiviCache(config: DecoderConfig, options: KiviCacheOptions = {}): PackedKvCache {
  const {groupSize = 32, residual = 32, residualFormat = fp16, keyAxis = "tokens", own = "exact"} = options;
  const {unpackOnce = false} = options;
  if (!Number.isInteger(residual) || residual < 1 || residual % groupSize !== 0) {
    throw new RangeError(
      `kiviCache: residual must be a positive multiple of groupSize ${groupSize}, got ${residual}`,
    );
  }
  const width = config.kvHeads * config.headDim;
  const store = pagedStore(config, {
    keys: {...kiviRule(width, residual, keyAxis, options), pageTokens: residual},
    values: {...kiviRule(width, 1, "channels", options), residual},
    wholeFormat: residualFormat,
    unpackOnce,
  });
  return storedCache(store, {own});
}

/** Packing of pages of some tokens in groups along an axis. */
function kiviRule(width: number, tokens: number, axis: KiviAxis, options: KiviOptions): PageRule {
  return {
    pack(x) {
      const {codes, scales, minima} = kiviQuantize(x, width, axis, options);
      return {format: "kivi", shape: [tokens, width], parts: {codes, scales, minima}};
    },
    unpack({parts: {codes, scales, minima}}) {
      const {bits = 2, groupSize = 32, scaleType = "f16"} = options;
      return kiviDequantize({
        ...{axis, tokens, channels: width, bits, groupSize, scaleType},
        ...{codes, scales, minima},
      });
    },
    coding: kiviCoding(axis === "tokens" ? tokens : width, axis === "tokens" ? tokens : 0, options),
  };
}

/** KIVI's pages as kernels read them, whose minima are f16. */
function kiviCoding(
  line: number,
  pageTokens: number,
  {bits = 2, groupSize = 32, scaleType = "f16"}: KiviOptions,
): Coding | undefined {
  if (scaleType !== "f16") return undefined;
  const codebook = Array.from({length: 2 ** bits}, (_, code) => code);
  return {bits, codebooks: [codebook], groupSize, scales: scaleType, line, pageTokens, hasMinima: true};
}
