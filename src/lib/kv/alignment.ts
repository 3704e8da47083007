import {requireInteger, requireLength} from "../tensor/require.js";
import {gramSvd} from "../tensor/svd-gram.js";
import {tokenCount} from "./token-count.js";

/**
 * The mean cosine of rows of x and y [tokens, width]: how alike two layers are token by token, which merging them
 * needs. Rows of zeros count as 0. (MiniCache, arXiv:2405.14366, section 3.1)
 * @throws RangeError if x and y differ in length or hold no whole tokens.
 */
export function meanRowCosine(x: Float32Array, y: Float32Array, width: number): number {
  const tokens = tokenCount("meanRowCosine", x, width);
  requireLength("meanRowCosine", "y", y, x.length);
  let sum = 0;
  for (let t = 0; t < tokens; t++) {
    let [xy, xx, yy] = [0, 0, 0];
    for (let i = t * width; i < (t + 1) * width; i++) {
      xy += x[i] * y[i];
      xx += x[i] * x[i];
      yy += y[i] * y[i];
    }
    if (xx > 0 && yy > 0) sum += xy / Math.sqrt(xx * yy);
  }
  return sum / tokens;
}

/**
 * Linear centred kernel alignment |Y^T X|² / (|X^T X| |Y^T Y|), 0 to 1: whether two layers are linear maps of the same
 * tokens. (arXiv:1905.00414, section 3)
 * @throws RangeError as {@link meanRowCosine}.
 */
export function linearCka(x: Float32Array, y: Float32Array, width: number): number {
  const tokens = tokenCount("linearCka", x, width);
  requireLength("linearCka", "y", y, x.length);
  const [a, b] = [centred(x, width), centred(y, width)];
  const [xx, yy, xy] = [
    crossSquares(a, a, tokens, width),
    crossSquares(b, b, tokens, width),
    crossSquares(a, b, tokens, width),
  ];
  return xy / Math.sqrt(xx * yy);
}

function centred(x: Float32Array, width: number): Float64Array {
  const means = new Float64Array(width);
  const tokens = x.length / width;
  x.forEach((value, i) => {
    means[i % width] = means[i % width] + value / tokens;
  });
  return Float64Array.from(x, (value, i) => value - means[i % width]);
}

/** The sum of squares of X^T Y. */
function crossSquares(x: Float64Array, y: Float64Array, tokens: number, width: number): number {
  let sum = 0;
  for (let i = 0; i < width; i++) {
    for (let j = 0; j < width; j++) {
      let dot = 0;
      for (let t = 0; t < tokens; t++) dot += x[t * width + i] * y[t * width + j];
      sum += dot * dot;
    }
  }
  return sum;
}

/**
 * Overlap of the `rank` strongest token directions of x and y, |U_x^T U_y|² / rank, 0 to 1; chance is
 * rank / tokens.
 * @throws RangeError as {@link meanRowCosine}, or if rank is no integer of at least 1.
 */
export function subspaceOverlap(x: Float32Array, y: Float32Array, width: number, rank: number): number {
  const tokens = tokenCount("subspaceOverlap", x, width);
  requireLength("subspaceOverlap", "y", y, x.length);
  requireInteger("subspaceOverlap", "rank", rank, 1);
  const [a, b] = [x, y].map((data) => gramSvd({rows: tokens, columns: width, data}, rank));
  let sum = 0;
  for (let i = 0; i < a.rank; i++) {
    for (let j = 0; j < b.rank; j++) {
      let dot = 0;
      for (let t = 0; t < tokens; t++) dot += a.u[t * a.rank + i] * b.u[t * b.rank + j];
      sum += dot * dot;
    }
  }
  return sum / a.rank;
}

/** The least rank whose singular values hold `share` of the sum of all squares. */
export function rankForEnergy(singularValues: Float64Array, share = 0.95): number {
  const total = singularValues.reduce((sum, s) => sum + s * s, 0);
  let sum = 0;
  for (let rank = 0; rank < singularValues.length; rank++) {
    if (sum >= share * total) return rank;
    sum += singularValues[rank] ** 2;
  }
  return singularValues.length;
}
