import {type SelectiveScanInput, scanSteps} from "../../engine/scan/scan-input.js";
import {type SsdInput, ssdSteps} from "../../engine/scan/ssd.js";
import {requireInteger} from "../../tensor/require.js";
import {segsum} from "./segsum.js";

/**
 * Gives a channel of a selective scan as one matrix: y = M u, before skip and gate and from a state of
 * zeros. Row i holds how much of every earlier token still reaches the output at token i, the attention that the scan
 * never writes down:
 *
 *     M[i, j] = Σ_n C_i[n] exp(A[n] Σ_(j < k <= i) delta_k) delta_j B_j[n],   j <= i
 *
 * (arXiv 2403.01590, section 3; the rank of every block below the diagonal is at most N, arXiv 2405.21060, section 3)
 * @returns [L, L], 0 above the diagonal.
 * @throws RangeError as {@link scanSteps}, or if there is no such channel.
 */
export function selectiveScanMatrix(input: SelectiveScanInput, channel: number): Float64Array {
  const {tokens, channels, stateSize, groups, delta, A, B, C, gain} = scanSteps("selectiveScanMatrix", input);
  requireInteger("selectiveScanMatrix", "channel", channel, 0, channels - 1);
  const group = Math.floor((channel * groups) / channels) * stateSize;
  const at = (t: number) => t * groups * stateSize + group;
  const steps = Float64Array.from({length: tokens}, (_, t) => delta[t * channels + channel]);
  const M = new Float64Array(tokens * tokens);
  for (let n = 0; n < stateSize; n++) {
    const a = A[channel * stateSize + n];
    // What the state still holds of each token's input; an exponential for every pair would cost most of the time.
    const held = new Float64Array(tokens);
    for (let i = 0; i < tokens; i++) {
      const decay = Math.exp(steps[i] * a);
      const c = C[at(i) + n];
      held[i] = gain(steps[i], a) * B[at(i) + n];
      for (let j = 0; j <= i; j++) {
        if (j < i) held[j] = decay * held[j];
        M[i * tokens + j] = M[i * tokens + j] + c * held[j];
      }
    }
  }
  return M;
}

/**
 * The same of a head of Mamba2, whose channels all share it: M = (exp(segsum(dt A)) ∘ C B^T) diag(dt).
 * (arXiv 2405.21060, equation 16)
 * @returns [L, L], 0 above the diagonal.
 * @throws RangeError as {@link ssdSteps}, or if there is no such head.
 */
export function ssdMatrix(input: SsdInput, head: number): Float64Array {
  const {tokens, heads, stateSize, groups, dt, A, B, C} = ssdSteps("ssdMatrix", input);
  requireInteger("ssdMatrix", "head", head, 0, heads - 1);
  const group = Math.floor((head * groups) / heads) * stateSize;
  const steps = Float64Array.from({length: tokens}, (_, t) => dt[t * heads + head]);
  const M = segsum(steps.map((step) => step * A[head])).map(Math.exp);
  for (let i = 0; i < tokens; i++) {
    for (let j = 0; j <= i; j++) {
      let dot = 0;
      for (let n = 0; n < stateSize; n++) {
        dot += C[i * groups * stateSize + group + n] * B[j * groups * stateSize + group + n];
      }
      M[i * tokens + j] = M[i * tokens + j] * dot * steps[j];
    }
  }
  return M;
}
