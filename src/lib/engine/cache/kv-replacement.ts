import type {DecoderConfig} from "../decoder/config.js";
import {forward} from "../decoder/decoder.js";
import type {Decoder} from "../decoder/load-decoder.js";
import type {Hooks} from "../hooks.js";
import {type KvCache, plainKvCache} from "./kv-cache.js";

/** Keys and values of every layer for one text, each [tokens, kvHeads · headDim]. */
export interface CapturedKv {
  /** Before rotary. */
  readonly keys: Float32Array[];
  readonly rotatedKeys: Float32Array[];
  readonly values: Float32Array[];
}

/** The keys and values that a text leaves in every layer. @throws RangeError as {@link forward}. */
export function captureKv(model: Decoder, ids: readonly number[]): CapturedKv {
  const kv: CapturedKv = {keys: [], rotatedKeys: [], values: []};
  const sides: Readonly<Record<string, Float32Array[]>> = {
    k: kv.keys,
    "k.rotated": kv.rotatedKeys,
    v: kv.values,
  };
  forward(model, ids, {
    rows: "last",
    hooks: {
      tensor(site, layer, x) {
        const side = sides[site];
        if (side) side[layer] = x;
        return undefined;
      },
    },
  });
  return kv;
}

/**
 * Hooks that put other keys and values in the place of those of the same text, so that every token reads what a method
 * made of the whole of it: a study of quality, harsher than a cache and not causal where the method looks at all tokens.
 */
export function replacedKv({keys, rotatedKeys, values}: Partial<CapturedKv>): Hooks {
  return {
    tensor(site, layer) {
      if (site === "k") return keys?.[layer];
      if (site === "k.rotated") return rotatedKeys?.[layer];
      return site === "v" ? values?.[layer] : undefined;
    },
  };
}

/**
 * A cache that already holds a text's first tokens with these keys, before rotary, and values: what follows reads them as
 * the model would read what a method gives back after a prompt.
 * @throws RangeError unless there are keys and values of every layer, all of the same tokens.
 */
export function filledCache(
  config: DecoderConfig,
  {keys, values}: Pick<CapturedKv, "keys" | "values">,
): KvCache {
  const width = config.kvHeads * config.headDim;
  const tokens = (keys[0]?.length ?? 0) / width;
  const sizes = [...keys, ...values].map(({length}) => length);
  if (sizes.length !== 2 * config.layers || sizes.some((size) => size !== tokens * width)) {
    throw new RangeError(
      `filledCache: keys and values must be of ${config.layers} layers and the same tokens, got ${sizes.join(", ")} values`,
    );
  }
  const cache = {...plainKvCache(config), unrotatedKeys: true};
  const positions = Int32Array.from({length: tokens}, (_, i) => i);
  for (let layer = 0; layer < config.layers; layer++) {
    cache.append(layer, keys[layer], values[layer], positions);
  }
  cache.length = tokens;
  return cache;
}
