import {dot, multiply} from "../../tensor/dense.js";
import {requireInteger, requireLength} from "../../tensor/require.js";
import {rotateHalves} from "../../tensor/rotary.js";
import {softmax} from "../../tensor/softmax.js";

/** Multi-head latent attention without query compression; matrices are [in, out] as the equations use them. */
export interface MlaWeights {
  readonly heads: number;
  readonly width: number;
  /** d_c: the latent of a token, cached. */
  readonly latentDim: number;
  /** d_r: the rotated key of a token that all heads share, cached. */
  readonly ropeDim: number;
  /** d_nope: what a head adds to it that is not rotated. */
  readonly nopeDim: number;
  readonly valueDim: number;
  /** [width, d_c] */
  readonly down: Float64Array;
  /** [width, d_r] */
  readonly ropeKey: Float64Array;
  /** [heads, d_c, d_nope] */
  readonly upKey: Float64Array;
  /** [heads, d_c, valueDim] */
  readonly upValue: Float64Array;
  /** [heads, width, d_nope + d_r], the part that is rotated last */
  readonly query: Float64Array;
  /** Gain of the RMS norm between latent and up-projections, [d_c]; none by default. */
  readonly latentNorm?: Float64Array;
  readonly normEps?: number;
  /** Factor of the logits; default 1 / sqrt(d_nope + d_r). */
  readonly scale?: number;
  /** Angles per token, [d_r / 2]. */
  readonly frequencies: Float64Array;
}

/** All that a token leaves behind: d_c + d_r numbers instead of 2 · heads · headDim. */
export interface MlaCache {
  /** [T, d_c], before the norm */
  readonly latent: Float64Array;
  /** [T, d_r], rotated */
  readonly ropeKeys: Float64Array;
}

/**
 * The cache of the tokens of h [T, width]. (DeepSeek-V2, arXiv:2405.04434, equations 9, 15)
 * @throws RangeError if h or a weight does not have its shape.
 */
export function mlaCache(h: Float64Array, weights: MlaWeights): MlaCache {
  const {width, down, ropeKey, frequencies} = checked("mlaCache", h, weights);
  return {
    latent: multiply(h, down, width),
    ropeKeys: rotateHalves(multiply(h, ropeKey, width), 1, frequencies),
  };
}

/**
 * Causal attention with keys and values rebuilt from the latents: the definition. (arXiv:2405.04434, equations 10 to 19)
 * @returns [T, heads, valueDim]
 * @throws RangeError as {@link mlaCache}.
 */
export function mlaAttention(h: Float64Array, weights: MlaWeights): Float64Array {
  const {heads, latentDim, valueDim} = weights;
  const cache = mlaCache(h, weights);
  const latent = normed(cache.latent, weights);
  return attendHeads(h, weights, cache, (head) => {
    const keys = multiply(latent, slab(weights.upKey, head, heads), latentDim);
    const values = multiply(latent, slab(weights.upValue, head, heads), latentDim);
    return (nope) => ({query: nope, keys, finish: (p) => weightedRows(p, values, valueDim)});
  });
}

/**
 * The same without rebuilding anything: queries go into the space of the latents, W_uk q, and the mean of the latents
 * comes out of it by W_uv: a decode step reads d_c + d_r numbers a token. (arXiv:2405.04434, section 2.1.2)
 * @returns [T, heads, valueDim]
 * @throws RangeError as {@link mlaCache}.
 */
export function mlaAttentionAbsorbed(h: Float64Array, weights: MlaWeights): Float64Array {
  const {heads, latentDim, nopeDim} = weights;
  const cache = mlaCache(h, weights);
  const latent = normed(cache.latent, weights);
  return attendHeads(h, weights, cache, (head) => {
    const upKey = slab(weights.upKey, head, heads);
    const upValue = slab(weights.upValue, head, heads);
    const finish = (p: Float64Array) => multiply(weightedRows(p, latent, latentDim), upValue, latentDim);
    return (nope) => ({
      query: Float64Array.from({length: latentDim}, (_, i) => dot(upKey, i * nopeDim, nope, 0, nopeDim)),
      keys: latent,
      finish,
    });
  });
}

/** One query of one head: what it is compared with, and what becomes of its probabilities. */
interface HeadStep {
  readonly query: Float64Array;
  /** [T, query.length] */
  readonly keys: Float64Array;
  finish(p: Float64Array): Float64Array;
}

function attendHeads(
  h: Float64Array,
  weights: MlaWeights,
  {ropeKeys}: MlaCache,
  stepsOf: (head: number) => (nope: Float64Array) => HeadStep,
): Float64Array {
  const {heads, width, ropeDim, nopeDim, valueDim} = weights;
  const {scale = 1 / Math.sqrt(nopeDim + ropeDim)} = weights;
  const T = h.length / width;
  const out = new Float64Array(T * heads * valueDim);
  for (let head = 0; head < heads; head++) {
    const q = multiply(h, slab(weights.query, head, heads), width);
    const rotated = rotateHalves(lastColumns(q, nopeDim + ropeDim, ropeDim), 1, weights.frequencies);
    const step = stepsOf(head);
    for (let i = 0; i < T; i++) {
      const start = i * (nopeDim + ropeDim);
      const {query, keys, finish} = step(q.subarray(start, start + nopeDim));
      const rope = rotated.subarray(i * ropeDim, (i + 1) * ropeDim);
      const logits = Float64Array.from(
        {length: i + 1},
        (_, j) =>
          scale *
          (dot(keys, j * query.length, query, 0, query.length) +
            dot(ropeKeys, j * ropeDim, rope, 0, ropeDim)),
      );
      out.set(finish(softmax(logits)), (i * heads + head) * valueDim);
    }
  }
  return out;
}

function normed(latent: Float64Array, {latentDim, latentNorm, normEps = 1e-6}: MlaWeights): Float64Array {
  if (latentNorm === undefined) return latent;
  const y = new Float64Array(latent.length);
  for (let start = 0; start < y.length; start += latentDim) {
    const row = latent.subarray(start, start + latentDim);
    const scale = 1 / Math.sqrt(dot(row, 0, row, 0, latentDim) / latentDim + normEps);
    for (let i = 0; i < latentDim; i++) y[start + i] = row[i] * scale * latentNorm[i];
  }
  return y;
}

function weightedRows(p: Float64Array, rows: Float64Array, width: number): Float64Array {
  return multiply(p, rows.subarray(0, p.length * width), p.length);
}

function slab(x: Float64Array, index: number, count: number): Float64Array {
  const size = x.length / count;
  return x.subarray(index * size, (index + 1) * size);
}

function lastColumns(x: Float64Array, columns: number, kept: number): Float64Array {
  const rows = x.length / columns;
  return Float64Array.from(
    {length: rows * kept},
    (_, i) => x[Math.floor(i / kept) * columns + columns - kept + (i % kept)],
  );
}

function checked(where: string, h: Float64Array, weights: MlaWeights): MlaWeights {
  const {heads, width, latentDim, ropeDim, nopeDim, valueDim} = weights;
  for (const [name, size] of Object.entries({heads, width, latentDim, ropeDim, nopeDim, valueDim})) {
    requireInteger(where, name, size, 1);
  }
  requireLength(where, "h", h, Math.ceil(h.length / width) * width);
  requireLength(where, "down", weights.down, width * latentDim);
  requireLength(where, "ropeKey", weights.ropeKey, width * ropeDim);
  requireLength(where, "upKey", weights.upKey, heads * latentDim * nopeDim);
  requireLength(where, "upValue", weights.upValue, heads * latentDim * valueDim);
  requireLength(where, "query", weights.query, heads * width * (nopeDim + ropeDim));
  requireLength(where, "frequencies", weights.frequencies, ropeDim / 2);
  if (weights.latentNorm) requireLength(where, "latentNorm", weights.latentNorm, latentDim);
  return weights;
}
