/** Bytes of pruned weights in the forms that hardware and kernels read. */

import {type PruningPattern, patternText} from "./pattern.js";

/** Bits of a weight's value where nothing else is said: bfloat16. */
const VALUE_BITS = 16;

/** Bytes of weights where zeros are stored like all others. */
export const denseBytes = (elements: number, valueBits = VALUE_BITS): number => (elements * valueBits) / 8;

/**
 * Bytes of weights with a bit for each that says whether it is there, and the values that are: 1/8 + 2 (1 - s) a weight in
 * bfloat16 at sparsity s. (SparAMX, arXiv:2502.12444, section 4)
 */
export const bitmapBytes = (elements: number, nonZeros: number, valueBits = VALUE_BITS): number =>
  (elements + nonZeros * valueBits) / 8;

/**
 * Bytes of weights of N of every M: the values, and for each its place in the group. 2:4 has two bits a place.
 * (NVIDIA Ampere architecture whitepaper, "fine-grained structured sparsity"; arXiv:2104.08378, section 3.1)
 * @throws RangeError if the pattern is of another kind.
 */
export function groupBytes(elements: number, pattern: PruningPattern, valueBits = VALUE_BITS): number {
  if (pattern.kind !== "n-of-m") {
    throw new RangeError(`groupBytes: pattern must be N:M, got ${patternText(pattern)}`);
  }
  const {n, m} = pattern;
  return ((elements / m) * n * (valueBits + Math.ceil(Math.log2(m)))) / 8;
}
