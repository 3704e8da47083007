import {type PrecisionOption, stored, widened, zeros} from "./precision.js";
import {type ScanOutput, type SelectiveScanInput, scanSteps, skipAndGate} from "./scan-input.js";

/**
 * The selective scan of Mamba as its recurrence, the definition that every other form is held against:
 *
 *     h_t = exp(delta_t A) h_(t-1) + delta_t B_t u_t
 *     y_t = (C_t h_t + D u_t) silu(z_t)
 *
 * for every channel, with a state of N numbers each; 3 L D N multiplications. (arXiv 2312.00752, algorithm 2; B by
 * Euler's rule as in https://github.com/state-spaces/mamba)
 * @returns y [L, D] and the state [D, N] after the last token.
 * @throws RangeError as {@link scanSteps}.
 */
export function selectiveScan(
  input: SelectiveScanInput,
  {precision = "float64"}: PrecisionOption = {},
): ScanOutput {
  const steps = scanSteps("selectiveScan", input);
  const {tokens, channels, stateSize, groups, u, delta, A, B, C, gain} = steps;
  const state = stored(precision, steps.state);
  const y = zeros(precision, u.length);
  for (let t = 0; t < tokens; t++) {
    for (let d = 0; d < channels; d++) {
      const step = delta[t * channels + d];
      const x = u[t * channels + d];
      const group = (t * groups + Math.floor((d * groups) / channels)) * stateSize;
      let sum = 0;
      for (let n = 0; n < stateSize; n++) {
        const a = A[d * stateSize + n];
        const at = d * stateSize + n;
        state[at] = Math.exp(step * a) * state[at] + gain(step, a) * B[group + n] * x;
        sum += C[group + n] * state[at];
      }
      y[t * channels + d] = sum;
    }
  }
  return {y: skipAndGate(y, input), state: widened(state)};
}
