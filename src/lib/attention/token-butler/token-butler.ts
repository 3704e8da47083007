import {gelu, silu} from "../../tensor/activation.js";
import {rotateHalves} from "../../tensor/rotary.js";
import {rowProducts} from "../../tensor/row-products.js";
import {softmaxRows} from "../logits.js";
import {filled, forEachRow, type Importance, type SelectionShape} from "../selection.js";
import {
  checkPredictor,
  type TokenButlerFrequencies,
  type TokenButlerShape,
  type TokenButlerWeights,
} from "./token-butler-weights.js";

export type {TokenButlerFrequencies, TokenButlerShape, TokenButlerWeights};

/**
 * Importance queries of T tokens and keys of all L so far, of every slot, [slots, T, D] and [slots, L, D]; layer n,
 * head j uses slot j · N + n.
 */
export interface TokenButlerPrediction {
  readonly shape: TokenButlerShape;
  /** L */
  readonly tokens: number;
  readonly queries: Float64Array;
  readonly keys: Float64Array;
}

/** A predictor that follows a text: what it needs of earlier tokens it keeps, as a KV cache does. */
export interface ImportanceStream {
  /** Tokens that it has taken in. */
  readonly tokens: number;
  /**
   * Takes the hidden states [T, E] of the next tokens and gives their queries and all keys.
   * @throws RangeError if `hidden` does not hold whole tokens.
   */
  push(hidden: Float64Array): TokenButlerPrediction;
  /** Forgets every token from position `length` on. */
  truncate(length: number): void;
  /** Stored for each token: the importance keys of all slots, and key and value of the predictor's own attention. */
  bytes(): number;
}

/**
 * TokenButler's predictor: one small attention block over the model's first hidden states says for all layers and heads
 * how much each earlier token will matter. Causal: what it says of a token does not depend on later ones. Kept in
 * float32. (arXiv:2503.07518, section 3; its code feeds what enters layer 0's attention, its figure what leaves it)
 * @throws RangeError if a size is no integer of at least 1, or an array does not have its shape.
 */
export function importanceStream(
  shape: TokenButlerShape,
  weights: TokenButlerWeights,
  frequencies: TokenButlerFrequencies,
  {layerNormEps = 1e-5} = {},
): ImportanceStream {
  checkPredictor("importanceStream", shape, weights, frequencies);
  const {width: E, heads: H, layers: N, importanceDim: D, hiddenDim: I, reducedDim: R} = shape;
  const slots = N * H;
  const [ownKeys, ownValues, keys] = [rowStore(R), rowStore(R), rowStore(slots * D)];
  return {
    get tokens() {
      return keys.length();
    },
    push(hidden) {
      const T = hidden.length / E;
      if (!Number.isInteger(T) || T < 1) {
        const whole = Math.max(1, Math.ceil(T)) * E;
        throw new RangeError(`importanceStream: hidden must hold ${whole} values, got ${hidden.length}`);
      }
      const start = keys.length();
      const linear = (x: Float64Array, w: Float64Array, out: number) =>
        rowProducts(x, T, w, out, w.length / out);
      const reduced = linear(hidden, weights.input, R);
      ownKeys.append(rotateHalves(linear(reduced, weights.k, R), H, frequencies.attention, start));
      ownValues.append(linear(reduced, weights.v, R));
      const q = rotateHalves(linear(reduced, weights.q, R), H, frequencies.attention, start);
      const mixed = selfAttention(q, ownKeys.rows(), ownValues.rows(), H, R / H);
      const normed = layerNorm(mixed, weights.normWeight, weights.normBias, layerNormEps);
      const up = addBias(linear(normed, weights.up, 2 * R), weights.upBias).map(gelu);
      const update = addBias(linear(up, weights.down, E), weights.downBias);
      const y = hidden.map((x, i) => x + update[i]);
      const project = (first: Float64Array, second: Float64Array) =>
        rotateHalves(
          linear(linear(y, first, I).map(silu), second, slots * D),
          slots,
          frequencies.importance,
          start,
        );
      keys.append(project(weights.keyHidden, weights.keyOut));
      const queries = slotsFirst(project(weights.queryHidden, weights.queryOut), T, D);
      return {shape, tokens: start + T, queries, keys: slotsFirst(keys.rows(), start + T, D)};
    },
    truncate(length) {
      for (const store of [ownKeys, ownValues, keys]) store.truncate(length);
    },
    bytes: () => 4 * keys.length() * (2 * R + slots * D),
  };
}

/**
 * The predictor on a whole text: {@link importanceStream} with one push.
 * @param hidden [T, E]
 * @throws RangeError as {@link importanceStream}.
 */
export function predictImportance(
  hidden: Float64Array,
  shape: TokenButlerShape,
  weights: TokenButlerWeights,
  frequencies: TokenButlerFrequencies,
  options: {layerNormEps?: number} = {},
): TokenButlerPrediction {
  return importanceStream(shape, weights, frequencies, options).push(hidden);
}

/**
 * Predicted importance in a layer: q·k / sqrt(D) for every new token with all tokens, of each head, [heads, T, L],
 * keys after the query included (a budget does not look at them; the released training loss does).
 * @throws RangeError if there is no such layer.
 */
export function layerImportance(prediction: TokenButlerPrediction, layer: number): Importance {
  const {shape, tokens: L, queries, keys} = prediction;
  const {heads, layers, importanceDim: D} = shape;
  if (!Number.isInteger(layer) || layer < 0 || layer >= layers) {
    throw new RangeError(`layerImportance: layer must be from 0 to ${layers - 1}, got ${layer}`);
  }
  const T = queries.length / (layers * heads * D);
  const ofLayer = (x: Float64Array, rows: number) => {
    const own = new Float64Array(heads * rows * D);
    for (let h = 0; h < heads; h++) {
      const slot = (h * layers + layer) * rows * D;
      own.set(x.subarray(slot, slot + rows * D), h * rows * D);
    }
    return own;
  };
  return allScores(ofLayer(queries, T), ofLayer(keys, L), {heads, queries: T, keys: L});
}

/** Causal attention of the last T of L tokens, q [T, heads, headDim], k and v [L, heads, headDim], heads side by side. */
function selfAttention(
  q: Float64Array,
  k: Float64Array,
  v: Float64Array,
  heads: number,
  headDim: number,
): Float64Array {
  const [T, L] = [q.length, k.length].map((size) => size / (heads * headDim));
  const shape = {heads, queries: T, keys: L};
  const p = softmaxRows(allScores(slotsFirst(q, T, headDim), slotsFirst(k, L, headDim), shape));
  const out = new Float64Array(q.length);
  forEachRow(shape, (h, i, start, visible) => {
    const to = (i * heads + h) * headDim;
    for (let j = 0; j < visible; j++) {
      const weight = p.data[start + j];
      const from = (j * heads + h) * headDim;
      for (let c = 0; c < headDim; c++) out[to + c] = out[to + c] + weight * v[from + c];
    }
  });
  return out;
}

/** q·k / sqrt(width) for every pair of each head, from q [heads, T, width] and k [heads, L, width]. */
function allScores(q: Float64Array, k: Float64Array, shape: SelectionShape): Importance {
  const {heads, queries: T, keys: L} = shape;
  const width = q.length / (heads * T);
  const scale = Math.sqrt(width);
  const scores = filled(shape, 0);
  for (let h = 0; h < heads; h++) {
    const own = q.subarray(h * T * width, (h + 1) * T * width);
    const products = rowProducts(own, T, k.subarray(h * L * width, (h + 1) * L * width), L, width);
    for (let at = 0; at < products.length; at++) scores.data[h * T * L + at] = products[at] / scale;
  }
  return scores;
}

/** Rows of float32 that grow at the end and are cut there; twice the room when it runs out. */
function rowStore(width: number) {
  let data = new Float32Array(0);
  let size = 0;
  return {
    length: () => size / width,
    append(rows: Float64Array): void {
      if (size + rows.length > data.length) {
        const grown = new Float32Array(Math.max(size + rows.length, 2 * data.length));
        grown.set(data.subarray(0, size));
        data = grown;
      }
      data.set(rows, size);
      size += rows.length;
    },
    rows: () => Float64Array.from(data.subarray(0, size)),
    truncate(length: number): void {
      size = Math.min(size, length * width);
    },
  };
}

function layerNorm(x: Float64Array, weight: Float64Array, bias: Float64Array, eps: number): Float64Array {
  const n = weight.length;
  const y = new Float64Array(x.length);
  for (let start = 0; start < x.length; start += n) {
    const row = x.subarray(start, start + n);
    const mean = row.reduce((sum, value) => sum + value, 0) / n;
    const variance = row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / n;
    const scale = 1 / Math.sqrt(variance + eps);
    for (let i = 0; i < n; i++) y[start + i] = (row[i] - mean) * scale * weight[i] + bias[i];
  }
  return y;
}

function addBias(x: Float64Array, bias: Float64Array): Float64Array {
  return x.map((value, i) => value + bias[i % bias.length]);
}

/** [T, slots, D] to [slots, T, D]. */
function slotsFirst(x: Float64Array, T: number, D: number): Float64Array {
  const slots = x.length / (T * D);
  const y = new Float64Array(x.length);
  for (let t = 0; t < T; t++) {
    for (let slot = 0; slot < slots; slot++) {
      const from = (t * slots + slot) * D;
      y.set(x.subarray(from, from + D), (slot * T + t) * D);
    }
  }
  return y;
}
