import {requireInteger} from "../../tensor/require.js";
import type {DecoderConfig} from "../decoder/config.js";
import type {StoredKv} from "./stored-kv.js";

/** Keys and values of a layer's cache for attention: row-major [L, kvHeads, headDim], possibly views not to be changed. */
interface CachedKv {
  readonly keys: Float32Array;
  readonly values: Float32Array;
  /** Place in the text of each kept key, [L]; ascending unless the cache's own docstring allows another order. */
  readonly positions: Int32Array;
}

/**
 * Keys and values of earlier tokens: the plug point for everything that stores them in another way. A cache
 * may really pack what it is given, drop tokens (their positions then are gone from `read`), merge layers or
 * move rows; attention uses whatever `read` gives back. New tokens are appended before they are read.
 */
export interface KvCache {
  /** Tokens that the model has taken in: the position of the next one. The forward pass moves it on. */
  length: number;
  /** True: keys come in, and are given back, before rotary; the forward pass rotates them after reading. */
  readonly unrotatedKeys?: boolean;
  /** Takes the keys and values [T, kvHeads, headDim] of the tokens at `positions`. */
  append(layer: number, keys: Float32Array, values: Float32Array, positions: Int32Array): void;
  read(layer: number): CachedKv;
  /**
   * The same as it is held, for attention that need not unpack all of it; undefined where only `read` gives it. It stands
   * in the place of a `read`, and is good until the next `append`.
   */
  stored?(layer: number): StoredKv | undefined;
  /**
   * Says that the prompt is over. A cache that compresses a prompt as a whole waits for this, in whatever parts the prompt
   * comes; others lack it.
   */
  endPrompt?(): void;
  /** Forgets every token from position `length` on. */
  truncate(length: number): void;
}

/** A cache that keeps everything in float32: 8 · kvHeads · headDim bytes per token and layer, each layer its own. */
export function plainKvCache({layers, plans}: DecoderConfig): KvCache {
  const widths = plans.map(({mixer}) => mixer.kvHeads * mixer.headDim);
  const rows = Array.from({length: layers}, () => emptyRows());
  return {
    length: 0,
    append(layer, keys, values, positions) {
      const [kept, width] = [rows[layer], widths[layer]];
      reserve(kept, kept.count + positions.length, width);
      kept.keys.set(keys, kept.count * width);
      kept.values.set(values, kept.count * width);
      kept.positions.set(positions, kept.count);
      kept.count += positions.length;
    },
    read(layer) {
      const {keys, values, positions, count} = rows[layer];
      const width = widths[layer];
      return {
        keys: keys.subarray(0, count * width),
        values: values.subarray(0, count * width),
        positions: positions.subarray(0, count),
      };
    },
    truncate(length) {
      checkTruncate(this.length, length);
      this.length = length;
      for (const kept of rows)
        while (kept.count > 0 && kept.positions[kept.count - 1] >= length) kept.count--;
    },
  };
}

/** @throws RangeError unless a cache of `length` tokens can be cut to `to`. */
export function checkTruncate(length: number, to: number): void {
  requireInteger("truncate", "length", to, 0, length);
}

interface Rows {
  keys: Float32Array;
  values: Float32Array;
  positions: Int32Array;
  count: number;
}

function emptyRows(): Rows {
  return {keys: new Float32Array(0), values: new Float32Array(0), positions: new Int32Array(0), count: 0};
}

/** Room for `count` rows; doubles, so that n appended tokens cost n copies in all. */
function reserve(kept: Rows, count: number, width: number): void {
  if (count <= kept.positions.length) return;
  const capacity = Math.max(count, 2 * kept.positions.length);
  const grow = <A extends Float32Array | Int32Array>(bigger: A, old: A): A => {
    bigger.set(old);
    return bigger;
  };
  kept.keys = grow(new Float32Array(capacity * width), kept.keys);
  kept.values = grow(new Float32Array(capacity * width), kept.values);
  kept.positions = grow(new Int32Array(capacity), kept.positions);
}
