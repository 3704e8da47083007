import {roundHalfEven} from "../../formats/round.js";
import {cholesky} from "../../tensor/cholesky.js";
import {multiply} from "../../tensor/dense.js";
import {requireInteger, requireLength} from "../../tensor/require.js";
import {truncatedSvd} from "../../tensor/svd-truncated.js";
import {transpose} from "../../tensor/transpose.js";

/** W ≈ A B with W [inputs, outputs]: the cache holds c = x A, attention reads c B (keys are rotated after it). */
export interface ChannelFactors {
  readonly inputs: number;
  readonly outputs: number;
  readonly rank: number;
  /** A, [inputs, rank] */
  readonly down: Float64Array;
  /** B, [rank, outputs] */
  readonly up: Float64Array;
}

/** Options of the factors of a projection. */
export interface ChannelFactorOptions {
  /** Mean |x| of each input channel [inputs]: errors where activations are large then count more (ASVD). */
  readonly activationMeans?: Float64Array;
  /** Exponent of their weight: 0 counts all channels alike. */
  readonly alpha?: number;
}

/**
 * Shrinks a key or value projection to `rank` channels: A = D^-1 U sqrt(S), B = sqrt(S) Vt of the SVD of D W, where D is
 * (mean |x| + 1e-6)^alpha, or 1 without activations. (CSKV, arXiv:2409.10593, section 2.2; D from arXiv:2312.05821)
 * @throws RangeError if sizes or lengths do not fit.
 */
export function channelFactors(
  w: Float32Array,
  inputs: number,
  rank: number,
  {activationMeans, alpha = 0.5}: ChannelFactorOptions = {},
): ChannelFactors {
  requireInteger("channelFactors", "inputs", inputs, 1);
  requireInteger("channelFactors", "rank", rank, 1);
  const outputs = Math.ceil(w.length / inputs);
  requireLength("channelFactors", "w", w, inputs * outputs);
  if (activationMeans) requireLength("channelFactors", "activationMeans", activationMeans, inputs);
  const weight = Float64Array.from({length: inputs}, (_, i) =>
    activationMeans ? (activationMeans[i] + 1e-6) ** alpha : 1,
  );
  const data = Float64Array.from(w, (value, i) => value * weight[Math.floor(i / outputs)]);
  const {rank: kept, u, s, vt} = truncatedSvd({rows: inputs, columns: outputs, data}, rank);
  return {
    inputs,
    outputs,
    rank: kept,
    down: u.map((value, i) => (value * Math.sqrt(s[i % kept])) / weight[Math.floor(i / kept)]),
    up: vt.map((value, i) => value * Math.sqrt(s[Math.floor(i / outputs)])),
  };
}

/**
 * Fits both factors to what they are used on, the least squares of |X W - X A B|²: B for A given, then A for B given,
 * `steps` times. CSKV trains the same layer-wise loss by gradient descent. (arXiv:2409.10593, section 2.2)
 * @param gram X^T X of calibration activations, [inputs, inputs]; must be positive definite on the range of A
 * @throws RangeError if lengths do not fit or a normal matrix is not positive definite.
 */
export function fitChannelFactors(
  w: Float32Array,
  factors: ChannelFactors,
  gram: Float64Array,
  steps = 1,
): ChannelFactors {
  const {inputs, outputs, rank} = factors;
  requireLength("fitChannelFactors", "w", w, inputs * outputs);
  requireLength("fitChannelFactors", "gram", gram, inputs * inputs);
  const target = Float64Array.from(w);
  let {down, up} = factors;
  for (let step = 0; step < steps; step++) {
    const weighted = multiply(transpose(down, inputs, rank), gram, inputs);
    up = solve(multiply(weighted, down, inputs), multiply(weighted, target, inputs), rank);
    const normal = multiply(up, transpose(up, rank, outputs), outputs);
    down = transpose(
      solve(normal, multiply(up, transpose(target, inputs, outputs), outputs), rank),
      rank,
      inputs,
    );
  }
  return {...factors, down, up};
}

/** c = x A, [tokens, rank]: what is cached. @throws RangeError if x does not hold whole tokens. */
export function shrinkChannels(x: Float32Array, {inputs, down}: ChannelFactors): Float32Array {
  requireLength("shrinkChannels", "x", x, Math.ceil(x.length / inputs) * inputs);
  return Float32Array.from(multiply(Float64Array.from(x), down, inputs));
}

/**
 * B^+ = B^T (B B^T)^-1, [outputs, rank]: wherever A = W B^+, as in the factors that {@link channelFactors} and
 * {@link fitChannelFactors} give, the features are x A = (x W) B^+. So they can be made from keys or values themselves,
 * which are then projected on the rows of B.
 * @throws RangeError if the rows of B are not independent.
 */
export function featureMap({rank, outputs, up}: ChannelFactors): Float64Array {
  return transpose(solve(multiply(up, transpose(up, rank, outputs), outputs), up, rank), rank, outputs);
}

/** c = y B^+ from keys before rotary or values y [tokens, outputs]. @throws RangeError if y does not hold whole tokens. */
export function featuresOf(y: Float32Array, map: Float64Array, outputs: number): Float32Array {
  requireLength("featuresOf", "y", y, Math.ceil(y.length / outputs) * outputs);
  return Float32Array.from(multiply(Float64Array.from(y), map, outputs));
}

/** c B, [tokens, outputs]: keys before rotary, or values. @throws RangeError if c does not hold whole tokens. */
export function expandChannels(c: Float32Array, {rank, up}: ChannelFactors): Float32Array {
  requireLength("expandChannels", "c", c, Math.ceil(c.length / rank) * rank);
  return Float32Array.from(multiply(Float64Array.from(c), up, rank));
}

/**
 * CSKV's quantizer on one group: scale = max((max - min) / (2^bits - 1), 1e-5), zero = clip(-round(min / scale)), values
 * (round(x / scale) + zero clipped to the codes - zero) · scale. Key features form a group along the tokens of a window,
 * value features along the channels of a token. (arXiv:2409.10593, section 2.3)
 */
export function cskvQuantizeGroup(x: Float32Array, bits: number): Float32Array {
  requireInteger("cskvQuantizeGroup", "bits", bits, 1);
  const levels = 2 ** bits - 1;
  const least = x.reduce((low, value) => Math.min(low, value), Number.POSITIVE_INFINITY);
  const most = x.reduce((high, value) => Math.max(high, value), Number.NEGATIVE_INFINITY);
  const scale = Math.max((most - least) / levels, 1e-5);
  const clip = (code: number) => Math.min(levels, Math.max(0, code));
  const zero = clip(-roundHalfEven(least / scale));
  return x.map((value) => (clip(roundHalfEven(value / scale) + zero) - zero) * scale);
}

/** a^-1 b for a positive definite a [n, n] and b [n, columns]. */
function solve(a: Float64Array, b: Float64Array, n: number): Float64Array {
  const l = cholesky(a, n);
  const columns = b.length / n;
  const x = b.slice();
  for (let c = 0; c < columns; c++) {
    for (let i = 0; i < n; i++) {
      let sum = x[i * columns + c];
      for (let k = 0; k < i; k++) sum -= l[i * n + k] * x[k * columns + c];
      x[i * columns + c] = sum / l[i * n + i];
    }
    for (let i = n - 1; i >= 0; i--) {
      let sum = x[i * columns + c];
      for (let k = i + 1; k < n; k++) sum -= l[k * n + i] * x[k * columns + c];
      x[i * columns + c] = sum / l[i * n + i];
    }
  }
  return x;
}
