import {requireInteger} from "../tensor/require.js";

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
  requireInteger("attendSelected", "heads", heads, 1);
  requireSelection("attendSelected", selected, heads, keys.length / (kvHeads * headDim));
  const out = new Float32Array(heads * headDim);
  selected.forEach((list, h) => {
    attendHead(step, h, Int32Array.from(list), out.subarray(h * headDim, (h + 1) * headDim));
  });
  return out;
}

/**
 * Dense attention of one decoded token over all keys.
 * @returns [heads, headDim]
 * @throws RangeError if there is no key.
 */
export function attendAll(step: DecodeStep): Float32Array {
  const tokens = step.keys.length / (step.kvHeads * step.headDim);
  const every = Int32Array.from({length: tokens}, (_, j) => j);
  return attendSelected(step, new Array(step.heads).fill(every));
}

/** @throws RangeError unless there are `count` lists, each of at least one key below `tokens`. */
export function requireSelection(
  where: string,
  selected: readonly ArrayLike<number>[],
  count: number,
  tokens: number,
): void {
  if (selected.length !== count) {
    throw new RangeError(`${where}: selected must have ${count} heads, got ${selected.length}`);
  }
  selected.forEach((list, h) => {
    let wrong: number | undefined;
    for (let n = 0; n < list.length; n++) {
      const j = list[n];
      if (!(j >= 0 && j < tokens && Number.isInteger(j))) wrong ??= j;
    }
    if (list.length === 0 || wrong !== undefined) {
      throw new RangeError(
        `${where}: head ${h} must select keys from 0 to ${tokens - 1}, got ${wrong ?? "none"}`,
      );
    }
  });
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
    const key = kept[n] * stride + g;
    let dot = 0;
    for (let c = 0; c < headDim; c++) dot += q[h * headDim + c] * keys[key + c];
    p[n] = dot * scale;
    if (p[n] > top) top = p[n];
  }
  const mixed = new Float64Array(headDim);
  let sum = 0;
  for (let n = 0; n < kept.length; n++) {
    const weight = Math.exp(p[n] - top);
    const value = kept[n] * stride + g;
    sum += weight;
    for (let c = 0; c < headDim; c++) mixed[c] = mixed[c] + weight * values[value + c];
  }
  for (let c = 0; c < headDim; c++) out[c] = mixed[c] / sum;
}
