import {type RandomSvdOptions, randomSvd} from "./random-svd.js";
import {type GramSvdOptions, gramSvd} from "./svd-gram.js";
import type {MatrixInput, Svd} from "./svd-matrix.js";

/** Length of the smaller side from which its square costs more than following the rank's directions alone. */
const LARGEST_GRAM = 2048;

/**
 * The `rank` largest components of a matrix of any shape, the fast way: exact through the smaller Gram matrix
 * ({@link gramSvd}), or by random range finding ({@link randomSvd}) where both sides are long.
 * @throws RangeError if the data does not fit the sizes or is not finite, or if rank is no integer of at least 0.
 */
export function truncatedSvd(
  a: MatrixInput,
  rank: number,
  options: RandomSvdOptions & GramSvdOptions = {},
): Svd {
  const isLong = Math.min(a.rows, a.columns) > LARGEST_GRAM && rank < LARGEST_GRAM / 2;
  return isLong ? randomSvd(a, rank, options) : gramSvd(a, rank, options);
}
