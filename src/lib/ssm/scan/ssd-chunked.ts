import {
  type Numbers,
  type Precision,
  type PrecisionOption,
  stored,
  widened,
  zeros,
} from "../../engine/scan/precision.js";
import type {ScanOutput} from "../../engine/scan/scan-input.js";
import {addSkip, type SsdInput, type SsdSteps, ssdSteps} from "../../engine/scan/ssd.js";
import {requireInteger} from "../../tensor/require.js";
import {segsum} from "./segsum.js";

/**
 * The same layer in chunks of Q tokens, as Mamba2 computes it: inside a chunk it is attention without softmax,
 * (L ∘ C B^T) X with the decays L = exp(segsum(dt A)); between chunks a state is carried.
 *
 *     Y_diag = (L ∘ C B^T) X            tokens of the chunk see each other
 *     S      = Σ_j L[last, j] B_j X_j   the state that the chunk makes
 *     Y_off  = exp(cs) C H              tokens see the state H that entered the chunk
 *     H'     = exp(cs_last) H + S
 *
 * 2 L Q (N + P) + 4 L N P operations a head, nearly all in matrix products, where the recurrence has 6 L N P in none.
 * The result depends on Q by rounding only; L need not be a multiple of it. (arXiv 2405.21060, section 6)
 * @returns as {@link ssd}.
 * @throws RangeError as {@link ssd}, or if the chunk size is no integer of at least 1.
 */
export function ssdChunked(
  input: SsdInput,
  {chunkSize = 64, precision = "float64"}: {readonly chunkSize?: number} & PrecisionOption = {},
): ScanOutput {
  requireInteger("ssdChunked", "chunkSize", chunkSize, 1);
  const steps = ssdSteps("ssdChunked", input);
  const kept = {...steps, state: stored(precision, steps.state), precision};
  const y = zeros(precision, steps.x.length);
  for (let head = 0; head < steps.heads; head++) {
    for (let from = 0; from < steps.tokens; from += chunkSize) {
      chunkOfHead(kept, y, head, from, Math.min(from + chunkSize, steps.tokens));
    }
  }
  return {y: addSkip(y, input), state: widened(kept.state)};
}

type Kept = Omit<SsdSteps, "state"> & {readonly state: Numbers; readonly precision: Precision};

/** One chunk of one head into y; the head's part of `state`, H before the chunk, becomes H after it. */
function chunkOfHead(steps: Kept, y: Numbers, head: number, from: number, to: number): void {
  const {heads, headDim, stateSize, dt, A, x, precision} = steps;
  const Q = to - from;
  const a = zeros(precision, Q).map((_, i) => dt[(from + i) * heads + head] * A[head]);
  const decays = segsum(a).map(Math.exp);
  const sinceStart = cumulative(a).map(Math.exp);
  const [B, C] = [rowsOfGroup(steps, steps.B, head, from, Q), rowsOfGroup(steps, steps.C, head, from, Q)];
  const X = zeros(precision, Q * headDim);
  for (let i = 0; i < Q; i++) {
    const row = (from + i) * heads + head;
    for (let p = 0; p < headDim; p++) X[i * headDim + p] = dt[row] * x[row * headDim + p];
  }
  const H = steps.state.subarray(head * headDim * stateSize, (head + 1) * headDim * stateSize);
  for (let i = 0; i < Q; i++) {
    const out = ((from + i) * heads + head) * headDim;
    for (let p = 0; p < headDim; p++) {
      y[out + p] = sinceStart[i] * dot(C, i * stateSize, H, p * stateSize, stateSize);
    }
    for (let j = 0; j <= i; j++) {
      const weight = decays[i * Q + j] * dot(C, i * stateSize, B, j * stateSize, stateSize);
      for (let p = 0; p < headDim; p++) y[out + p] = y[out + p] + weight * X[j * headDim + p];
    }
  }
  for (let k = 0; k < H.length; k++) H[k] = sinceStart[Q - 1] * H[k];
  for (let j = 0; j < Q; j++) {
    const left = decays[(Q - 1) * Q + j];
    for (let k = 0; k < H.length; k++) {
      const p = Math.floor(k / stateSize);
      H[k] = H[k] + left * X[j * headDim + p] * B[j * stateSize + (k % stateSize)];
    }
  }
}

function cumulative(a: Numbers): Numbers {
  let sum = 0;
  return a.map((value) => {
    sum += value;
    return sum;
  });
}

/** The rows [Q, N] of B or C that a head reads. */
function rowsOfGroup(
  {heads, groups, stateSize}: Pick<SsdSteps, "heads" | "groups" | "stateSize">,
  values: Float64Array,
  head: number,
  from: number,
  Q: number,
): Float64Array {
  const group = Math.floor((head * groups) / heads);
  const rows = new Float64Array(Q * stateSize);
  for (let i = 0; i < Q; i++) {
    const at = ((from + i) * groups + group) * stateSize;
    rows.set(values.subarray(at, at + stateSize), i * stateSize);
  }
  return rows;
}

function dot(a: Float64Array, aFrom: number, b: Numbers, bFrom: number, length: number): number {
  let sum = 0;
  for (let n = 0; n < length; n++) sum += a[aFrom + n] * b[bFrom + n];
  return sum;
}
