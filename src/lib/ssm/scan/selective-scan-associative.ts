import {associativeScan} from "../../engine/scan/associative-scan.js";
import {type PrecisionOption, stored, widened, zeros} from "../../engine/scan/precision.js";
import {
  type ScanOutput,
  type SelectiveScanInput,
  scanSteps,
  skipAndGate,
} from "../../engine/scan/scan-input.js";

/**
 * The selective scan in parallel over time: each number of state is a recurrence of its own, h_t = a_t h_(t-1) + b_t
 * with a_t = exp(delta_t A) and b_t = delta_t B_t u_t, solved by {@link associativeScan} in log2 L rounds.
 * (arXiv 2312.00752, section 3.3.2)
 * @returns as {@link selectiveScan}.
 * @throws RangeError as {@link scanSteps}.
 */
export function selectiveScanAssociative(
  input: SelectiveScanInput,
  {precision = "float64"}: PrecisionOption = {},
): ScanOutput {
  const steps = scanSteps("selectiveScanAssociative", input);
  const {tokens, channels, stateSize, groups, u, delta, A, B, C, gain} = steps;
  const state = stored(precision, steps.state);
  const y = zeros(precision, u.length);
  const decays = zeros(precision, tokens);
  const h = zeros(precision, tokens);
  for (let at = 0; at < state.length && tokens > 0; at++) {
    const d = Math.floor(at / stateSize);
    const column = Math.floor((d * groups) / channels) * stateSize + (at % stateSize);
    const a = A[at];
    for (let t = 0; t < tokens; t++) {
      const step = delta[t * channels + d];
      decays[t] = Math.exp(step * a);
      h[t] = gain(step, a) * B[t * groups * stateSize + column] * u[t * channels + d];
    }
    h[0] = decays[0] * state[at] + h[0];
    associativeScan(decays, h);
    for (let t = 0; t < tokens; t++) {
      const to = t * channels + d;
      y[to] = y[to] + C[t * groups * stateSize + column] * h[t];
    }
    state[at] = h[tokens - 1];
  }
  return {y: skipAndGate(y, input), state: widened(state)};
}
