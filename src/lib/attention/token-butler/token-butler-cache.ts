import type {AttentionCall} from "../../engine/attention.js";
import type {PackedKvCache} from "../../engine/cache/packed-kv-cache.js";
import type {DecoderConfig} from "../../engine/decoder/config.js";
import {type TokenButlerPredictor, tokenButlerHooks} from "../selection-hooks.js";
import {type ReadingCache, selectiveReading} from "../selective-reading.js";

export interface TokenButlerCacheOptions {
  /** Share of the keys that each head reads. */
  readonly keepFraction: number;
  /** First keys of the text that are read on top of them. */
  readonly sinks?: number;
  /** First layers that read everything, at least 1: the predictor reads layer 0. */
  readonly denseLayers?: number;
}

/**
 * TokenButler over any cache that gives every token back: the predictor keeps what it needs of each token beside the cache,
 * looks at all of it, and a decoded token reads the keys that it asks for. A prefill reads everything.
 * (arXiv:2503.07518, section 3)
 * @throws RangeError as {@link tokenButlerHooks}.
 */
export function tokenButlerCache(
  config: DecoderConfig,
  cache: PackedKvCache,
  predictor: TokenButlerPredictor,
  {keepFraction, sinks = 0, denseLayers = 1}: TokenButlerCacheOptions,
): ReadingCache {
  const dense = Math.max(1, denseLayers);
  const butler = tokenButlerHooks(predictor, {keepFraction, sinks, denseLayers: dense});
  const shown = (call: AttentionCall): Uint8Array | undefined => {
    let mask: Uint8Array | undefined;
    butler.attention?.(call, (asked) => {
      mask = asked.mask;
      return new Float32Array(0);
    });
    return mask;
  };
  const reading = selectiveReading(config, cache, {
    denseLayers: dense,
    // A prefill shows the predictor its tokens; what it would keep of them is not asked.
    prepare(call) {
      if (call.queryPositions.length > 1) shown(call);
    },
    select(call) {
      const mask = shown(call);
      const L = call.keyPositions.length;
      return Array.from({length: call.heads}, (_, h) => keysOf(mask?.subarray(h * L, (h + 1) * L), L));
    },
    extraBytes: () => butler.predictorBytes(),
  });
  return {...reading, hooks: {...reading.hooks, ...(butler.tensor && {tensor: butler.tensor})}};
}

/** The keys of a row of a mask; without one, all. */
function keysOf(row: Uint8Array | undefined, L: number): number[] {
  const all = Array.from({length: L}, (_, j) => j);
  return row === undefined ? all : all.filter((j) => row[j] === 1);
}
