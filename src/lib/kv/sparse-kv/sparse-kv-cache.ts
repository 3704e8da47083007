import type {PackedKvCache} from "../../engine/cache/packed-kv-cache.js";
import {type PageRule, pagedStore} from "../../engine/cache/paged-store.js";
import {type StoredCacheOptions, storedCache, type UnpackOptions} from "../../engine/cache/stored-cache.js";
import type {Coding} from "../../engine/cache/stored-kv.js";
import type {DecoderConfig} from "../../engine/decoder/config.js";
import {packSparsePage, unpackSparsePage} from "./sparse-kv.js";

/** Options of the cache without its small numbers. */
export interface SparseKvCacheOptions extends UnpackOptions, Pick<StoredCacheOptions, "own"> {
  /** Part of the keys, and of the values, of a page that goes, in percent, 0 to 100. */
  readonly keyPercent: number;
  readonly valuePercent: number;
  /** Tokens of a page; so many wait in float16. */
  readonly pageTokens: number;
}

/**
 * Keys, after rotary, and values without their small numbers. SparAMX prunes the cache of a prompt once; here each page of
 * tokens gets a threshold of its own for a layer, so that tokens that are decoded are pruned too.
 * (SparAMX, arXiv:2502.12444, section 5)
 * @throws RangeError if pageTokens is no integer of at least 1; a percentage is checked with the first page.
 */
export function sparseKvCache(
  config: DecoderConfig,
  {keyPercent, valuePercent, pageTokens, unpackOnce = false, own = "exact"}: SparseKvCacheOptions,
): PackedKvCache {
  const coding: Coding = {
    ...{bits: 16, codebooks: [], groupSize: null, scales: "none", hasBitmap: true},
    ...{line: config.kvHeads * config.headDim, pageTokens},
  };
  const rule = (percent: number): PageRule => ({
    pageTokens,
    run: (_, {tokens, part}) => ({tokens, coding, parts: {codes: part("values"), bitmap: part("mask")}}),
    pack: (x) => packSparsePage(x, percent),
    unpack: (page) => unpackSparsePage(page, percent),
  });
  return storedCache(pagedStore(config, {keys: rule(keyPercent), values: rule(valuePercent), unpackOnce}), {
    own,
  });
}
