import {type PrecisionOption, stored, widened, zeros} from "../../engine/scan/precision.js";
import {requireLengths} from "../../engine/scan/require-shapes.js";
import type {ScanOutput} from "../../engine/scan/scan-input.js";
import {requireInteger} from "../../tensor/require.js";

/** One sequence of L tokens for gated linear attention; all arrays row-major in float64. */
export interface GlaInput {
  /** Written H. */
  readonly heads: number;
  /** Width of q and k; written K. */
  readonly keyDim: number;
  /** Width of v and of the output; written V. */
  readonly valueDim: number;
  /** [L, H, K] */
  readonly q: Float64Array;
  /** [L, H, K] */
  readonly k: Float64Array;
  /** [L, H, V] */
  readonly v: Float64Array;
  /** ln of the forget gates alpha, at most 0, [L, H, K]; all 0 is plain linear attention, a constant is RetNet. */
  readonly logDecay: Float64Array;
  /** The factor of q; default 1 / sqrt(K). */
  readonly scale?: number;
  /** S before the first token, [H, K, V]; default 0. */
  readonly state?: Float64Array;
}

/** A checked input, with a copy of its state. */
export type GlaSteps = Required<GlaInput> & {readonly tokens: number};

/**
 * Checks an input.
 * @throws RangeError naming the array whose length does not fit, or a size that is no integer of at least 1.
 */
export function glaSteps(where: string, input: GlaInput): GlaSteps {
  const {heads, keyDim, valueDim, q, scale = keyDim ** -0.5} = input;
  requireInteger(where, "heads", heads, 1);
  requireInteger(where, "keyDim", keyDim, 1);
  requireInteger(where, "valueDim", valueDim, 1);
  const tokens = Math.floor(q.length / (heads * keyDim));
  requireLengths(where, {
    q: [q, [tokens, heads, keyDim]],
    k: [input.k, [tokens, heads, keyDim]],
    v: [input.v, [tokens, heads, valueDim]],
    logDecay: [input.logDecay, [tokens, heads, keyDim]],
    state: [input.state, [heads, keyDim, valueDim]],
  });
  const state = input.state?.slice() ?? new Float64Array(heads * keyDim * valueDim);
  return {...input, scale, state, tokens};
}

/**
 * Gated linear attention as its recurrence, the definition: for every head
 *
 *     S_t = diag(alpha_t) S_(t-1) + k_t v_t^T      (K x V)
 *     o_t = scale q_t S_t
 *
 * (arXiv 2312.06635, equation 3)
 * @returns y [L, H, V] and the state [H, K, V] after the last token.
 * @throws RangeError as {@link glaSteps}.
 */
export function gla(input: GlaInput, {precision = "float64"}: PrecisionOption = {}): ScanOutput {
  const steps = glaSteps("gla", input);
  const {tokens, heads, keyDim, valueDim, q, k, v, logDecay, scale} = steps;
  const state = stored(precision, steps.state);
  const y = zeros(precision, v.length);
  for (let row = 0; row < tokens * heads; row++) {
    const S = (row % heads) * keyDim * valueDim;
    for (let i = 0; i < keyDim; i++) {
      const alpha = Math.exp(logDecay[row * keyDim + i]);
      const key = k[row * keyDim + i];
      const query = scale * q[row * keyDim + i];
      for (let j = 0; j < valueDim; j++) {
        const at = S + i * valueDim + j;
        const out = row * valueDim + j;
        state[at] = alpha * state[at] + key * v[out];
        y[out] = y[out] + query * state[at];
      }
    }
  }
  return {y: widened(y), state: widened(state)};
}
