import {softmaxInPlace} from "../tensor/softmax.js";

/**
 * Everything one attention needs. q [T, heads, headDim], keys and values [L, kvHeads, headDim], all after rotary.
 * Query head h reads key/value head floor(h / (heads / kvHeads)).
 */
export interface AttentionCall {
  readonly layer: number;
  readonly q: Float32Array;
  readonly keys: Float32Array;
  readonly values: Float32Array;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  /** Place in the text of each query [T] and of each key [L]; a key later than the query is not seen where `causal`. */
  readonly queryPositions: Int32Array;
  readonly keyPositions: Int32Array;
  /** Keys that a query sees at most, itself included; null: all before it. */
  readonly window: number | null;
  /** False: a query sees later keys too; by default it does not. */
  readonly causal?: boolean;
  /** Factor of the products of queries and keys; by default 1 / sqrt(headDim). */
  readonly scale?: number;
  /** Scaled products are bent into ± this by tanh. (Gemma 2, arXiv:2408.00118, section 2) */
  readonly softcap?: number;
  /** Mask of further limits, [heads, T, L], or [T, L] for all heads: 1 keeps a key, 0 hides it. */
  readonly mask?: Uint8Array;
  /** Gets the probabilities [heads, T, L]; a key that is not seen has 0. */
  readonly observe?: (probabilities: Float32Array) => void;
}

/**
 * softmax(scale q·k) · v over the keys that each query may see; float64 inside, float32 out.
 * (arXiv:1706.03762, equation 1; grouped heads: arXiv:2305.13245)
 * @returns [T, heads, headDim]
 * @throws RangeError if a query may see no key at all: no value would be right.
 */
export function attention(call: AttentionCall): Float32Array {
  const {q, keys, values, heads, kvHeads, headDim, queryPositions, keyPositions, softcap, observe} = call;
  const {scale = 1 / Math.sqrt(headDim)} = call;
  const [T, L] = [queryPositions.length, keyPositions.length];
  const out = new Float32Array(T * heads * headDim);
  const probabilities = observe && new Float32Array(heads * T * L);
  // Where the rows of the keys that a query sees begin: what is hidden costs nothing.
  const rows = new Int32Array(L);
  const p = new Float64Array(L);
  const mixed = new Float64Array(headDim);
  for (let h = 0; h < heads; h++) {
    const start = Math.floor(h / (heads / kvHeads)) * headDim;
    for (let i = 0; i < T; i++) {
      const query = (i * heads + h) * headDim;
      const count = seenRows(rows, call, h, i);
      for (let n = 0; n < count; n++) rows[n] = rows[n] * kvHeads * headDim + start;
      scores(p, count, q.subarray(query, query + headDim), keys, rows, scale);
      if (softcap !== undefined) for (let n = 0; n < count; n++) p[n] = softcap * Math.tanh(p[n] / softcap);
      softmaxInPlace(p, 0, count);
      mix(mixed, p, count, values, rows);
      out.set(mixed, query);
      if (probabilities === undefined) continue;
      const row = (h * T + i) * L;
      for (let n = 0; n < count; n++) {
        probabilities[row + (rows[n] - start) / (kvHeads * headDim)] = p[n];
      }
    }
  }
  if (probabilities) observe?.(probabilities);
  return out;
}

/**
 * Writes the keys that query i of head h may see to `rows`, in their order; gives their number.
 * @throws RangeError if there are none.
 */
export function seenRows(rows: Int32Array, call: AttentionCall, h: number, i: number): number {
  const {layer, queryPositions, keyPositions, window, causal = true, mask} = call;
  const [T, L] = [queryPositions.length, keyPositions.length];
  const position = queryPositions[i];
  const first = window === null ? Number.NEGATIVE_INFINITY : position - window + 1;
  const last = causal ? position : Number.POSITIVE_INFINITY;
  const row = (mask?.length === T * L ? i : h * T + i) * L;
  let count = 0;
  for (let j = 0; j < L; j++) {
    const key = keyPositions[j];
    if (key <= last && key >= first && (mask === undefined || mask[row + j] === 1)) rows[count++] = j;
  }
  if (count > 0) return count;
  throw new RangeError(
    `attention: every query must see a key, got none for layer ${layer}, head ${h}, position ${position}`,
  );
}

/** Scaled q·k of the keys in `rows`. */
function scores(
  p: Float64Array,
  count: number,
  q: Float32Array,
  keys: Float32Array,
  rows: Int32Array,
  scale: number,
): void {
  const d = q.length;
  for (let n = 0; n < count; n++) {
    const key = rows[n];
    let sum = 0;
    for (let m = 0; m < d; m++) sum += q[m] * keys[key + m];
    p[n] = sum * scale;
  }
}

/** The values' mean weighted with p. */
function mix(
  mixed: Float64Array,
  p: Float64Array,
  count: number,
  values: Float32Array,
  rows: Int32Array,
): void {
  mixed.fill(0);
  for (let n = 0; n < count; n++) {
    const [weight, value] = [p[n], rows[n]];
    // A value of no weight may be anything, infinite too, and counts for nothing.
    if (weight === 0) continue;
    for (let m = 0; m < mixed.length; m++) mixed[m] = mixed[m] + weight * values[value + m];
  }
}
