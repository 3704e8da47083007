import type {DecoderConfig} from "../engine/decoder/config.js";
import type {SlotCache} from "./slot-cache.js";

/** Keys and values of all layers at one moment, each [tokens, kvHeads · headDim]. */
export interface KvSnapshot {
  readonly keys: readonly Float32Array[];
  readonly values: readonly Float32Array[];
}

/** A copy of what a cache holds. */
export function kvSnapshot(cache: SlotCache, {layers}: Pick<DecoderConfig, "layers">): KvSnapshot {
  const rows = Array.from({length: layers}, (_, layer) => cache.rows(layer));
  return {keys: rows.map(({keys}) => keys.slice()), values: rows.map(({values}) => values.slice())};
}

/** Change of the keys and values of one position of a layer. */
export interface Drift {
  readonly layer: number;
  readonly position: number;
  /** Cosine between before and after. */
  readonly keyCosine: number;
  readonly valueCosine: number;
  /** Length of the difference over that of what it is now. */
  readonly keyChange: number;
  readonly valueChange: number;
}

/** The change from one snapshot to another of every layer and position. */
export function kvDrift(before: KvSnapshot, after: KvSnapshot, tokens: number): Drift[] {
  return after.keys.flatMap((keys, layer) => {
    const width = keys.length / tokens;
    const of = (x: Float32Array, position: number) => x.subarray(position * width, (position + 1) * width);
    return Array.from({length: tokens}, (_, position): Drift => {
      const key = compared(of(before.keys[layer], position), of(keys, position));
      const value = compared(of(before.values[layer], position), of(after.values[layer], position));
      return {
        layer,
        position,
        keyCosine: key.cosine,
        valueCosine: value.cosine,
        keyChange: key.change,
        valueChange: value.change,
      };
    });
  });
}

function compared(a: Float32Array, b: Float32Array): {cosine: number; change: number} {
  let [ab, aa, bb, difference] = [0, 0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    ab += a[i] * b[i];
    aa += a[i] * a[i];
    bb += b[i] * b[i];
    difference += (a[i] - b[i]) ** 2;
  }
  return {cosine: ab / Math.sqrt(aa * bb), change: Math.sqrt(difference / bb)};
}
