import {forward} from "./decoder.js";
import type {Hooks} from "./hooks.js";
import type {Decoder} from "./load-decoder.js";

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
