import {requireInteger, requirePositive} from "../../tensor/require.js";

/** A product of one row on an array in decode mode that a memory feeds. */
export interface FedDecode {
  /** Inputs and outputs of the product. */
  readonly K: number;
  readonly N: number;
  readonly array: readonly [number, number];
  /** Bits of a weight with its share of the block's exponent. */
  readonly weightBits: number;
  /** Supply of the memory. */
  readonly bytesPerCycle: number;
  /** Weights wait here until a fold of the array is whole. */
  readonly bufferBytes: number;
}

/** Run of a product, cycle by cycle. */
export interface FedRun {
  readonly cycles: number;
  /** Cycles in which the array waited for weights. */
  readonly stalls: number;
  /** Products done over those that all elements could do in the time: the utilization of the array. */
  readonly arrayUse: number;
  /** Bytes that came over those that the memory could send in the time. */
  readonly memoryUse: number;
}

/**
 * Runs a product of one row on an array whose elements each take a new weight a cycle, fed by a memory: every cycle the
 * memory sends what the buffer has room for, and the array works if the weights of its next fold are there. At the edges
 * elements without a weight are idle. (HSA, arXiv:2507.09010, as far as its abstract tells)
 * @throws RangeError if a size is not positive, or the buffer holds no whole fold.
 */
export function fedDecode({K, N, array: [R, C], weightBits, bytesPerCycle, bufferBytes}: FedDecode): FedRun {
  for (const [name, value] of Object.entries({K, N, R, C})) requireInteger("fedDecode", name, value, 1);
  for (const [name, value] of Object.entries({weightBits, bytesPerCycle})) {
    requirePositive("fedDecode", name, value);
  }
  const fold = (R * C * weightBits) / 8;
  if (!(bufferBytes >= fold)) {
    throw new RangeError(`fedDecode: bufferBytes must be at least a fold of ${fold}, got ${bufferBytes}`);
  }
  let [cycles, stalls, waiting, left] = [0, 0, 0, (K * N * weightBits) / 8];
  for (const weights of folds(K, N, [R, C])) {
    const bytes = (weights * weightBits) / 8;
    for (let isDone = false; !isDone; cycles++) {
      const sent = Math.min(bytesPerCycle, left, bufferBytes - waiting);
      waiting += sent;
      left -= sent;
      // Once all has been sent the buffer holds what is left to do; sums of fractions of a byte may end a last bit short.
      isDone = waiting >= bytes || left === 0;
      if (isDone) waiting = Math.max(0, waiting - bytes);
      else stalls++;
    }
  }
  const bytes = (K * N * weightBits) / 8;
  return {cycles, stalls, arrayUse: (K * N) / (R * C * cycles), memoryUse: bytes / (bytesPerCycle * cycles)};
}

/** Weights of every fold in order, outputs outside. */
function* folds(K: number, N: number, [R, C]: readonly [number, number]): Generator<number> {
  for (let n = 0; n < N; n += C) {
    for (let k = 0; k < K; k += R) yield Math.min(R, K - k) * Math.min(C, N - n);
  }
}
