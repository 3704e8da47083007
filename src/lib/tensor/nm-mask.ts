import {requireInteger} from "./require.js";

/**
 * N:M magnitude mask of a weight matrix: of every M consecutive inputs of a row the N of largest magnitude stay.
 * Of equal magnitudes the lower index stays; a NaN counts as larger than every number, so it is never lost.
 * (ELSA, models/sparse_linear.py:compute_mask)
 * @param weight [rows, columns], row-major; `columns` are the inputs.
 * @param N kept in a group, 0 to M.
 * @returns 1 where the weight stays, else 0; same layout.
 * @throws RangeError if M does not divide the columns (pad the matrix with zeros), or N is no integer from 0 to M.
 */
export function nmMask(weight: ArrayLike<number>, columns: number, N: number, M: number): Uint8Array {
  requireInteger("nmMask", "M", M, 1);
  requireInteger("nmMask", "N", N, 0);
  if (N > M) throw new RangeError(`nmMask: N must be at most M = ${M}, got ${N}`);
  if (columns % M !== 0) {
    throw new RangeError(
      `nmMask: columns must be a multiple of M = ${M}, got ${columns}. Pad the rows with zeros.`,
    );
  }
  const mask = new Uint8Array(weight.length);
  for (let start = 0; start < weight.length; start += M) {
    for (let i = start; i < start + M; i++) mask[i] = rankInGroup(weight, start, M, i) < N ? 1 : 0;
  }
  return mask;
}

/** Number of the group's elements that stand before element i: the larger ones, and the equal ones of lower index. */
function rankInGroup(weight: ArrayLike<number>, start: number, M: number, i: number): number {
  const own = magnitude(weight[i]);
  let rank = 0;
  for (let j = start; j < start + M; j++) {
    const other = magnitude(weight[j]);
    if (other > own || (other === own && j < i)) rank++;
  }
  return rank;
}

const magnitude = (w: number): number => (Number.isNaN(w) ? Number.POSITIVE_INFINITY : Math.abs(w));
