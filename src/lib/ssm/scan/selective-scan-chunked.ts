import {type Numbers, type PrecisionOption, stored, widened, zeros} from "../../engine/scan/precision.js";
import {
  type ScanOutput,
  type ScanSteps,
  type SelectiveScanInput,
  scanSteps,
  skipAndGate,
} from "../../engine/scan/scan-input.js";
import {requireInteger} from "../../tensor/require.js";

/**
 * The selective scan chunk by chunk. Inside a chunk every state is split into what the chunk's own tokens made,
 * scanned from zero, and what is left of the state H that entered it, P_t H with P_t the product of the decays so far.
 * Only H ties chunks together, so the first part of all chunks may be computed at once. P_t is multiplied up, never
 * a quotient: it underflows to 0 where the decay is strong, and nothing is divided by it.
 * (the two passes of parallel scans over blocks; doi.org/10.1109/12.42122)
 * @returns as {@link selectiveScan}.
 * @throws RangeError as {@link scanSteps}, or if the chunk size is no integer of at least 1.
 */
export function selectiveScanChunked(
  input: SelectiveScanInput,
  {chunkSize = 64, precision = "float64"}: {readonly chunkSize?: number} & PrecisionOption = {},
): ScanOutput {
  requireInteger("selectiveScanChunked", "chunkSize", chunkSize, 1);
  const steps = scanSteps("selectiveScanChunked", input);
  const state = stored(precision, steps.state);
  const y = zeros(precision, steps.u.length);
  for (let from = 0; from < steps.tokens; from += chunkSize) {
    const own = zeros(precision, state.length);
    const kept = zeros(precision, state.length).fill(1);
    scanChunk({...steps, state, own, kept}, y, from, Math.min(from + chunkSize, steps.tokens));
  }
  return {y: skipAndGate(y, input), state: widened(state)};
}

/** Parts of one chunk: the state H that enters it, the share of its own tokens, and the rest of H. */
type Chunk = Omit<ScanSteps, "state"> & Readonly<Record<"state" | "own" | "kept", Numbers>>;

/** The tokens from .. to into y; `state`, H before them, becomes H after them. */
function scanChunk(chunk: Chunk, y: Numbers, from: number, to: number): void {
  const {channels, stateSize, groups, u, delta, A, B, C, gain, state, own, kept} = chunk;
  for (let t = from; t < to; t++) {
    for (let d = 0; d < channels; d++) {
      const step = delta[t * channels + d];
      const x = u[t * channels + d];
      const group = (t * groups + Math.floor((d * groups) / channels)) * stateSize;
      let sum = 0;
      for (let n = 0; n < stateSize; n++) {
        const at = d * stateSize + n;
        const decay = Math.exp(step * A[at]);
        kept[at] = decay * kept[at];
        own[at] = decay * own[at] + gain(step, A[at]) * B[group + n] * x;
        sum += C[group + n] * (own[at] + kept[at] * state[at]);
      }
      y[t * channels + d] = sum;
    }
  }
  for (let at = 0; at < state.length; at++) state[at] = kept[at] * state[at] + own[at];
}
