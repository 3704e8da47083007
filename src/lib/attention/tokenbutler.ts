import {rotateHalves} from "../tensor/rotary.js";
import {rowProducts} from "../tensor/svd-products.js";
import {gelu} from "./gelu.js";
import {softmaxRows} from "./logits.js";
import {filled, type Importance, requireCount} from "./selection.js";

/**
 * The weights of a predictor for a model of width E with H heads and N layers; matrices are [out, in] as a checkpoint
 * has them. R is the reduced width, D the width of an importance key, I the hidden width.
 */
export interface TokenButlerWeights {
  /** [R, E] */
  readonly input: Float64Array;
  /** [R, R] each */
  readonly q: Float64Array;
  readonly k: Float64Array;
  readonly v: Float64Array;
  /** LayerNorm over R */
  readonly normWeight: Float64Array;
  readonly normBias: Float64Array;
  /** [2R, R] and [2R] */
  readonly up: Float64Array;
  readonly upBias: Float64Array;
  /** [E, 2R] and [E] */
  readonly down: Float64Array;
  readonly downBias: Float64Array;
  /** [I, E], then [N · H · D, I] */
  readonly queryHidden: Float64Array;
  readonly queryOut: Float64Array;
  readonly keyHidden: Float64Array;
  readonly keyOut: Float64Array;
}

export interface TokenButlerShape {
  /** E, of the model. */
  readonly width: number;
  readonly heads: number;
  readonly layers: number;
  /** D: values of an importance key. */
  readonly importanceDim: number;
  /** I */
  readonly hiddenDim: number;
  /** R, E / 8 in the paper; the predictor's own attention has `heads` heads in it. */
  readonly reducedDim: number;
}

/** Angles per token of the rotary embedding, for both widths that it turns. */
export interface TokenButlerFrequencies {
  /** [R / H / 2] */
  readonly attention: Float64Array;
  /** [D / 2] */
  readonly importance: Float64Array;
}

/** Importance queries and keys of every slot, [slots, T, D]; layer n, head j uses slot j · N + n. */
export interface TokenButlerPrediction {
  readonly shape: TokenButlerShape;
  readonly tokens: number;
  readonly queries: Float64Array;
  readonly keys: Float64Array;
}

/**
 * TokenButler's predictor: one small attention block over the model's first hidden states says for all layers and heads
 * how much each earlier token will matter. Causal: what it says of a token does not depend on later ones.
 * (arXiv:2503.07518, section 3; its code feeds what enters layer 0's attention, its figure what leaves it)
 * @param hidden [T, E]
 * @throws RangeError if a size is no integer of at least 1, or an array does not have its shape.
 */
export function predictImportance(
  hidden: Float64Array,
  shape: TokenButlerShape,
  weights: TokenButlerWeights,
  frequencies: TokenButlerFrequencies,
  {layerNormEps = 1e-5} = {},
): TokenButlerPrediction {
  checkShapes(hidden, shape, weights, frequencies);
  const {width: E, heads: H, layers: N, importanceDim: D, hiddenDim: I, reducedDim: R} = shape;
  const T = hidden.length / E;
  const linear = (x: Float64Array, w: Float64Array, out: number, inputs: number) =>
    rowProducts(x, T, w, out, inputs);
  const reduced = linear(hidden, weights.input, R, E);
  const mixed = selfAttention(
    rotateHalves(linear(reduced, weights.q, R, R), H, frequencies.attention),
    rotateHalves(linear(reduced, weights.k, R, R), H, frequencies.attention),
    linear(reduced, weights.v, R, R),
    H,
    R / H,
  );
  const normed = layerNorm(mixed, weights.normWeight, weights.normBias, layerNormEps);
  const up = addBias(linear(normed, weights.up, 2 * R, R), weights.upBias).map(gelu);
  const update = addBias(linear(up, weights.down, E, 2 * R), weights.downBias);
  const y = hidden.map((x, i) => x + update[i]!);
  const project = (first: Float64Array, second: Float64Array) => {
    const flat = linear(linear(y, first, I, E).map(silu), second, N * H * D, I);
    return slotsFirst(rotateHalves(flat, N * H, frequencies.importance), T, D);
  };
  const queries = project(weights.queryHidden, weights.queryOut);
  const keys = project(weights.keyHidden, weights.keyOut);
  return {shape, tokens: T, queries, keys};
}

/**
 * What the predictor says of a layer: q·k / sqrt(D) for every pair of tokens of each head, [heads, T, T], keys after the
 * query included (a budget does not look at them; the released training loss does).
 * @throws RangeError if there is no such layer.
 */
export function layerImportance(prediction: TokenButlerPrediction, layer: number): Importance {
  const {shape, tokens: T, queries, keys} = prediction;
  const {heads, layers, importanceDim: D} = shape;
  if (!Number.isInteger(layer) || layer < 0 || layer >= layers) {
    throw new RangeError(`layerImportance: layer must be from 0 to ${layers - 1}, got ${layer}`);
  }
  const ofLayer = (x: Float64Array) =>
    Float64Array.from({length: heads * T * D}, (_, i) => {
      const h = Math.floor(i / (T * D));
      return x[(h * layers + layer) * T * D + (i % (T * D))]!;
    });
  return allScores(ofLayer(queries), ofLayer(keys), heads, T);
}

/** Causal attention of [T, heads, headDim] in float64, heads side by side. */
function selfAttention(
  q: Float64Array,
  k: Float64Array,
  v: Float64Array,
  heads: number,
  headDim: number,
): Float64Array {
  const T = q.length / (heads * headDim);
  const p = softmaxRows(allScores(slotsFirst(q, T, headDim), slotsFirst(k, T, headDim), heads, T));
  const out = new Float64Array(q.length);
  for (let h = 0; h < heads; h++) {
    for (let i = 0; i < T; i++) {
      for (let j = 0; j <= i; j++) {
        const weight = p.data[(h * T + i) * T + j]!;
        const [to, from] = [(i * heads + h) * headDim, (j * heads + h) * headDim];
        for (let c = 0; c < headDim; c++) out[to + c] = out[to + c]! + weight * v[from + c]!;
      }
    }
  }
  return out;
}

/** q·k / sqrt(width) for every pair of tokens of each of `heads`, from q and k [heads, T, width]. */
function allScores(q: Float64Array, k: Float64Array, heads: number, T: number): Importance {
  const size = q.length / heads;
  const width = size / T;
  const scores = filled({heads, queries: T, keys: T}, 0);
  for (let h = 0; h < heads; h++) {
    const [own, other] = [q, k].map((x) => x.subarray(h * size, (h + 1) * size));
    const products = rowProducts(own!, T, other!, T, width);
    for (let at = 0; at < products.length; at++) {
      scores.data[h * T * T + at] = products[at]! / Math.sqrt(width);
    }
  }
  return scores;
}

function layerNorm(x: Float64Array, weight: Float64Array, bias: Float64Array, eps: number): Float64Array {
  const n = weight.length;
  const y = new Float64Array(x.length);
  for (let start = 0; start < x.length; start += n) {
    const row = x.subarray(start, start + n);
    const mean = row.reduce((sum, value) => sum + value, 0) / n;
    const variance = row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / n;
    const scale = 1 / Math.sqrt(variance + eps);
    for (let i = 0; i < n; i++) y[start + i] = (row[i]! - mean) * scale * weight[i]! + bias[i]!;
  }
  return y;
}

const silu = (x: number): number => x / (1 + Math.exp(-x));

function addBias(x: Float64Array, bias: Float64Array): Float64Array {
  return x.map((value, i) => value + bias[i % bias.length]!);
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

function checkShapes(
  hidden: Float64Array,
  shape: TokenButlerShape,
  weights: TokenButlerWeights,
  {attention, importance}: TokenButlerFrequencies,
): void {
  for (const [name, size] of Object.entries(shape)) requireCount("predictImportance", name, size, 1);
  const {width: E, heads: H, layers: N, importanceDim: D, hiddenDim: I, reducedDim: R} = shape;
  const T = Math.ceil(hidden.length / E);
  const lengths: Readonly<Record<string, readonly [Float64Array, number]>> = {
    hidden: [hidden, T * E],
    input: [weights.input, R * E],
    q: [weights.q, R * R],
    k: [weights.k, R * R],
    v: [weights.v, R * R],
    normWeight: [weights.normWeight, R],
    normBias: [weights.normBias, R],
    up: [weights.up, 2 * R * R],
    upBias: [weights.upBias, 2 * R],
    down: [weights.down, 2 * R * E],
    downBias: [weights.downBias, E],
    queryHidden: [weights.queryHidden, I * E],
    queryOut: [weights.queryOut, N * H * D * I],
    keyHidden: [weights.keyHidden, I * E],
    keyOut: [weights.keyOut, N * H * D * I],
    "frequencies.attention": [attention, R / H / 2],
    "frequencies.importance": [importance, D / 2],
  };
  for (const [name, [array, length]] of Object.entries(lengths)) {
    if (array.length === length) continue;
    throw new RangeError(`predictImportance: ${name} must hold ${length} values, got ${array.length}`);
  }
}
