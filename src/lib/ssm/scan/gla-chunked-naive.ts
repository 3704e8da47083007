import {type PrecisionOption, stored, widened, zeros} from "../../engine/scan/precision.js";
import type {ScanOutput} from "../../engine/scan/scan-input.js";
import {requireInteger} from "../../tensor/require.js";
import {type GlaInput, glaSteps} from "./gla.js";
import {addScaled} from "./gla-chunked.js";

/**
 * Chunks as the parallel formula is written: with b_i the sum of the log decays since the chunk began,
 *
 *     y_i = Q_i S + Σ_(j <= i) (Q_i · K_j) v_j,   Q_i = scale q_i e^b_i,   K_j = k_j e^(-b_j)
 *     S'  = diag(e^b_last) (S + Σ_j K_j v_j^T)
 *
 * One matrix product a chunk and one exponential a number, but e^(-b_j) divides by what is left: it overflows where a
 * chunk keeps less than e^-88 in float32 or e^-709 in float64, and infinity times a vanished e^b_i is no number.
 * {@link glaChunked} never divides. (arXiv 2312.06635, section 4.1, on why its form is not this)
 * @returns as {@link gla} where nothing overflows; Infinity or NaN where something does.
 * @throws RangeError as {@link glaSteps}, or if the chunk size is no integer of at least 1.
 */
export function glaChunkedNaive(
  input: GlaInput,
  {chunkSize = 64, precision = "float64"}: {readonly chunkSize?: number} & PrecisionOption = {},
): ScanOutput {
  requireInteger("glaChunkedNaive", "chunkSize", chunkSize, 1);
  const steps = glaSteps("glaChunkedNaive", input);
  const {tokens, heads, keyDim, valueDim, q, k, v, logDecay, scale} = steps;
  const state = stored(precision, steps.state);
  const y = zeros(precision, v.length);
  for (let row = 0; row < heads * Math.ceil(tokens / chunkSize); row++) {
    const head = row % heads;
    const from = Math.floor(row / heads) * chunkSize;
    const to = Math.min(from + chunkSize, tokens);
    const b = new Float64Array(keyDim);
    const keys = zeros(precision, (to - from) * keyDim);
    const query = zeros(precision, keyDim);
    for (let i = from; i < to; i++) {
      const out = (i * heads + head) * valueDim;
      for (let c = 0; c < keyDim; c++) {
        const at = (i * heads + head) * keyDim + c;
        b[c] = b[c] + logDecay[at];
        query[c] = scale * q[at] * Math.exp(b[c]);
        keys[(i - from) * keyDim + c] = k[at] * Math.exp(-b[c]);
        addScaled(y, out, state, (head * keyDim + c) * valueDim, valueDim, query[c]);
      }
      for (let j = from; j <= i; j++) {
        let weight = 0;
        for (let c = 0; c < keyDim; c++) weight += query[c] * keys[(j - from) * keyDim + c];
        addScaled(y, out, v, (j * heads + head) * valueDim, valueDim, weight);
      }
    }
    for (let c = 0; c < keyDim; c++) {
      const S = (head * keyDim + c) * valueDim;
      for (let j = from; j < to; j++) {
        addScaled(state, S, v, (j * heads + head) * valueDim, valueDim, keys[(j - from) * keyDim + c]);
      }
      for (let e = 0; e < valueDim; e++) state[S + e] = Math.exp(b[c]) * state[S + e];
    }
  }
  return {y: widened(y), state: widened(state)};
}
