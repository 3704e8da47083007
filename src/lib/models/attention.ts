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
  /** Place in the text of each query [T] and of each key [L]; a key later than the query is never seen. */
  readonly queryPositions: Int32Array;
  readonly keyPositions: Int32Array;
  /** Keys that a query sees at most, itself included; null: all before it. */
  readonly window: number | null;
  /** What else is allowed, [heads, T, L]: 1 keeps a key, 0 hides it. */
  readonly mask?: Uint8Array;
  /** Gets the probabilities [heads, T, L]; a key that is not seen has 0. */
  readonly observe?: (probabilities: Float32Array) => void;
}

/**
 * softmax(q·k / sqrt(headDim)) · v over the keys that each query may see; float64 inside, float32 out.
 * (arXiv:1706.03762, equation 1; grouped heads: arXiv:2305.13245)
 * @returns [T, heads, headDim]
 * @throws RangeError if a query may see no key at all: no value would be right.
 */
export function attention(call: AttentionCall): Float32Array {
  const {q, keys, values, heads, kvHeads, headDim, queryPositions, keyPositions, observe} = call;
  const [T, L] = [queryPositions.length, keyPositions.length];
  const out = new Float32Array(T * heads * headDim);
  const seen = observe && new Float32Array(heads * T * L);
  const p = new Float64Array(L);
  for (let h = 0; h < heads; h++) {
    const g = Math.floor(h / (heads / kvHeads));
    for (let i = 0; i < T; i++) {
      const query = (i * heads + h) * headDim;
      scores(p, q.subarray(query, query + headDim), keys, g, kvHeads, visible(call, h, i));
      softmaxInPlace(p, call, h, i);
      mix(out.subarray(query, query + headDim), p, values, g, kvHeads);
      seen?.set(p, (h * T + i) * L);
    }
  }
  if (seen) observe?.(seen);
  return out;
}

/** Whether query i of head h may see key j. */
function visible({queryPositions, keyPositions, window, mask}: AttentionCall, h: number, i: number) {
  const [T, L] = [queryPositions.length, keyPositions.length];
  const position = queryPositions[i]!;
  const first = window === null ? Number.NEGATIVE_INFINITY : position - window + 1;
  const row = (h * T + i) * L;
  return (j: number): boolean => {
    const key = keyPositions[j]!;
    return key <= position && key >= first && (mask === undefined || mask[row + j] === 1);
  };
}

/** Scaled q·k for every key that is seen, -Infinity for the others. */
function scores(
  p: Float64Array,
  q: Float32Array,
  keys: Float32Array,
  g: number,
  kvHeads: number,
  sees: (j: number) => boolean,
): void {
  const d = q.length;
  const scale = 1 / Math.sqrt(d);
  for (let j = 0; j < p.length; j++) {
    if (!sees(j)) {
      p[j] = Number.NEGATIVE_INFINITY;
      continue;
    }
    const key = (j * kvHeads + g) * d;
    let sum = 0;
    for (let m = 0; m < d; m++) sum += q[m]! * keys[key + m]!;
    p[j] = sum * scale;
  }
}

function softmaxInPlace(p: Float64Array, {layer, queryPositions}: AttentionCall, h: number, i: number): void {
  let top = Number.NEGATIVE_INFINITY;
  for (let j = 0; j < p.length; j++) if (p[j]! > top) top = p[j]!;
  if (p.every((score) => score === Number.NEGATIVE_INFINITY)) {
    throw new RangeError(
      `attention: every query must see a key, got none for layer ${layer}, head ${h}, position ${queryPositions[i]}`,
    );
  }
  let sum = 0;
  for (let j = 0; j < p.length; j++) {
    p[j] = Math.exp(p[j]! - top);
    sum += p[j]!;
  }
  for (let j = 0; j < p.length; j++) p[j] = p[j]! / sum;
}

/** The values' mean weighted with p. */
function mix(out: Float32Array, p: Float64Array, values: Float32Array, g: number, kvHeads: number): void {
  const d = out.length;
  for (let m = 0; m < d; m++) {
    let sum = 0;
    for (let j = 0; j < p.length; j++) {
      // An unseen value may be anything, infinite too, and counts for nothing.
      if (p[j] !== 0) sum += p[j]! * values[(j * kvHeads + g) * d + m]!;
    }
    out[m] = sum;
  }
}
