/**
 * The product of a two's complement integer of `bits` bits with x: x is shifted to each bit that is set and added, that of
 * the highest bit taken away. (MixPE, arXiv:2411.16158, section 3.2)
 */
export function shiftAdd(integer: number, x: number, bits: number): number {
  let sum = 0;
  for (let bit = 0; bit < bits - 1; bit++) if ((integer >> bit) & 1) sum += x << bit;
  return (integer >> (bits - 1)) & 1 ? sum - (x << (bits - 1)) : sum;
}

/** Additions of that product beside the one into the sum: one less than its bits that are set. */
export function shiftAddAdditions(integer: number, bits: number): number {
  let set = 0;
  for (let bit = 0; bit < bits; bit++) set += (integer >> bit) & 1;
  return Math.max(set - 1, 0);
}
