import {requireCount} from "./selection.js";

/** One decoded token: q [heads, headDim] against a cache of keys and values [L, kvHeads, headDim], after rotary. */
export interface DecodeStep {
  readonly q: Float32Array;
  readonly keys: Float32Array;
  readonly values: Float32Array;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
}

/**
 * Attention of one decoded token over the keys that each head selected: reads those and nothing else, so its time goes
 * with their number. The same as dense attention under a mask, to rounding.
 * @param selected for each head the indices of its keys
 * @returns [heads, headDim]
 * @throws RangeError unless there is a selection for each head, of at least one key that exists.
 */
export function attendSelected(step: DecodeStep, selected: readonly ArrayLike<number>[]): Float32Array {
  const {heads, kvHeads, headDim, keys} = step;
  requireCount("attendSelected", "heads", heads, 1);
  if (selected.length !== heads) {
    throw new RangeError(`attendSelected: selected must have ${heads} heads, got ${selected.length}`);
  }
  const L = keys.length / (kvHeads * headDim);
  const out = new Float32Array(heads * headDim);
  selected.forEach((list, h) => {
    const kept = Int32Array.from(list);
    const wrong = kept.find((j) => j < 0 || j >= L);
    if (kept.length === 0 || wrong !== undefined) {
      throw new RangeError(
        `attendSelected: head ${h} must select keys from 0 to ${L - 1}, got ${wrong ?? "none"}`,
      );
    }
    attendHead(step, h, kept, out.subarray(h * headDim, (h + 1) * headDim));
  });
  return out;
}

function attendHead(
  {q, keys, values, heads, kvHeads, headDim}: DecodeStep,
  h: number,
  kept: Int32Array,
  out: Float32Array,
): void {
  const g = Math.floor((h * kvHeads) / heads) * headDim;
  const stride = kvHeads * headDim;
  const scale = 1 / Math.sqrt(headDim);
  const p = new Float64Array(kept.length);
  let top = Number.NEGATIVE_INFINITY;
  for (let n = 0; n < kept.length; n++) {
    const key = kept[n]! * stride + g;
    let dot = 0;
    for (let c = 0; c < headDim; c++) dot += q[h * headDim + c]! * keys[key + c]!;
    p[n] = dot * scale;
    if (p[n]! > top) top = p[n]!;
  }
  const mixed = new Float64Array(headDim);
  let sum = 0;
  for (let n = 0; n < kept.length; n++) {
    const weight = Math.exp(p[n]! - top);
    const value = kept[n]! * stride + g;
    sum += weight;
    for (let c = 0; c < headDim; c++) mixed[c] = mixed[c]! + weight * values[value + c]!;
  }
  for (let c = 0; c < headDim; c++) out[c] = mixed[c]! / sum;
}
