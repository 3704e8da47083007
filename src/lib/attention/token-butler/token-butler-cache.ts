import type {AttentionCall} from "../../engine/attention.js";
import type {PackedKvCache} from "../../engine/cache/packed-kv-cache.js";
import type {DecoderConfig} from "../../engine/decoder/config.js";
import {type ReadingCache, selectiveReading} from "../selective-reading.js";
import {tokenButlerHooks} from "./token-butler-hooks.js";
import type {TokenButlerPredictor} from "./token-butler-weights.js";

/** Options of a cache that reads by TokenButler. */
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
 * looks at all of it, and a decoded token reads the keys that it asks for. The prompt reads everything.
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
  const predicted = tokenButlerHooks(predictor, {keepFraction, sinks, denseLayers: dense});
  const asked = new Map<number, Uint8Array>();
  const reading = selectiveReading(config, cache, {
    denseLayers: dense,
    // The predictor follows the prompt too, though what it would keep of it is not asked.
    prepare(call) {
      asked.set(call.layer, everyKey(call));
      predicted.attention?.(call, ({mask}) => {
        if (mask) asked.set(call.layer, mask);
        return new Float32Array(0);
      });
    },
    mask: ({layer}) => asked.get(layer)!,
    extraBytes: predicted.predictorBytes,
  });
  return {...reading, hooks: {...reading.hooks, ...(predicted.tensor && {tensor: predicted.tensor})}};
}

const everyKey = ({heads, queryPositions, keyPositions}: AttentionCall): Uint8Array =>
  new Uint8Array(heads * queryPositions.length * keyPositions.length).fill(1);
