import {requireInteger} from "../../tensor/require.js";
import {type Numbers, type PrecisionOption, stored, widened, zeros} from "./precision.js";
import {requireGroups, requireLengths} from "./require-shapes.js";
import type {ScanOutput} from "./scan-input.js";

/** One sequence of L tokens for the state-space dual layer of Mamba2; all arrays row-major, in float64 unless a kernel takes float32. */
export interface SsdInput<Floats extends Float32Array | Float64Array = Float64Array> {
  /** Written H. */
  readonly heads: number;
  /** Channels of a head; written P. */
  readonly headDim: number;
  /** Numbers of state for each channel; written N. */
  readonly stateSize: number;
  /** Runs of neighbouring heads that share B and C; written G, default 1. */
  readonly groups?: number;
  /** [L, H, P] */
  readonly x: Floats;
  /** Time steps as they are used (after bias, softplus and clamp), [L, H]. */
  readonly dt: Floats;
  /** One decay rate a head, [H], negative for a state that decays. */
  readonly A: Floats;
  /** [L, G, N] */
  readonly B: Floats;
  /** [L, G, N] */
  readonly C: Floats;
  /** Skip from x to y, [H]; default none. */
  readonly D?: Floats;
  /** h before the first token, [H, P, N]; default 0. */
  readonly state?: Float64Array;
}

/** A checked input, with a copy of its state. */
export type SsdSteps = SsdInput & Required<Pick<SsdInput, "groups" | "state">> & {readonly tokens: number};

/**
 * Checks an input.
 * @throws RangeError naming the array whose length does not fit, or a size that is no integer of at least 1.
 */
export function ssdSteps(where: string, input: SsdInput): SsdSteps {
  const {heads, headDim, stateSize, groups = 1, x} = input;
  requireInteger(where, "heads", heads, 1);
  requireInteger(where, "headDim", headDim, 1);
  requireInteger(where, "stateSize", stateSize, 1);
  requireGroups(where, groups, heads);
  const tokens = Math.floor(x.length / (heads * headDim));
  requireLengths(where, {
    x: [x, [tokens, heads, headDim]],
    dt: [input.dt, [tokens, heads]],
    A: [input.A, [heads]],
    B: [input.B, [tokens, groups, stateSize]],
    C: [input.C, [tokens, groups, stateSize]],
    D: [input.D, [heads]],
    state: [input.state, [heads, headDim, stateSize]],
  });
  const state = input.state?.slice() ?? new Float64Array(heads * headDim * stateSize);
  return {...input, groups, state, tokens};
}

/**
 * The layer as its recurrence, the definition: for every head
 *
 *     h_t = exp(dt_t A) h_(t-1) + dt_t x_t B_t^T      (P x N)
 *     y_t = h_t C_t + D x_t
 *
 * (arXiv 2405.21060, section 2 and equation 16 with a scalar A)
 * @returns y [L, H, P] and the state [H, P, N] after the last token.
 * @throws RangeError as {@link ssdSteps}.
 */
export function ssd(input: SsdInput, {precision = "float64"}: PrecisionOption = {}): ScanOutput {
  const steps = ssdSteps("ssd", input);
  const {tokens, heads, headDim, stateSize, groups, x, dt, A, B, C} = steps;
  const state = stored(precision, steps.state);
  const y = zeros(precision, x.length);
  for (let t = 0; t < tokens; t++) {
    for (let head = 0; head < heads; head++) {
      const step = dt[t * heads + head];
      const decay = Math.exp(step * A[head]);
      const group = (t * groups + Math.floor((head * groups) / heads)) * stateSize;
      for (let p = 0; p < headDim; p++) {
        const at = (t * heads + head) * headDim + p;
        const row = (head * headDim + p) * stateSize;
        const input = step * x[at];
        let sum = 0;
        for (let n = 0; n < stateSize; n++) {
          state[row + n] = decay * state[row + n] + input * B[group + n];
          sum += C[group + n] * state[row + n];
        }
        y[at] = sum;
      }
    }
  }
  return {y: addSkip(y, input), state: widened(state)};
}

/** y + D x, in place if y is in float64. */
export function addSkip(sums: Numbers, {heads, headDim, x, D}: SsdInput): Float64Array {
  const y = widened(sums);
  if (D === undefined) return y;
  for (let i = 0; i < y.length; i++) y[i] = y[i] + D[Math.floor(i / headDim) % heads] * x[i];
  return y;
}
