import {roundHalfEven} from "../../formats/round.js";
import type {Tensor} from "../../tensor/tensor.js";
import {signedSums, type TernaryMatrix, type TernaryWork, ternaryMatrix} from "./ternary-matrix.js";

/** x [rows, in] to y [rows, out] in float64. */
export type WideLinear = (x: Float64Array, work?: TernaryWork) => Float64Array;

/** Rows of 8-bit integers and what each row was multiplied by before it was rounded. */
export interface Int8Rows {
  /** [width, rows]: the numbers of each channel side by side. */
  readonly codes: Int32Array;
  /** [rows] */
  readonly scales: Float64Array;
}

/** Epsilon of the norm that every matrix has before it. */
const NORM_EPS = 1e-8;
/** Least largest number of a row: a row of zeros stays one. */
const SMALLEST = 1e-5;

/** x / sqrt(mean(x²) + eps) · weight for each row, in float64. (arXiv:1910.07467, equation 4) */
export function wideRmsNorm(x: Float64Array, weight: Float32Array, eps: number): Float64Array {
  const n = weight.length;
  const y = new Float64Array(x.length);
  for (let start = 0; start < x.length; start += n) {
    let squares = 0;
    for (let i = 0; i < n; i++) squares += x[start + i] ** 2;
    const scale = 1 / Math.sqrt(squares / n + eps);
    for (let i = 0; i < n; i++) y[start + i] = x[start + i] * scale * weight[i];
  }
  return y;
}

/** Every row rounded to integers from -128 to 127, its largest number to 127, ties to even. (arXiv:2402.17764, section 2) */
export function int8Rows(x: Float64Array, width: number): Int8Rows {
  const rows = x.length / width;
  const codes = new Int32Array(x.length);
  const scales = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    let largest = SMALLEST;
    for (let i = 0; i < width; i++) largest = Math.max(largest, Math.abs(x[row * width + i]));
    scales[row] = 127 / largest;
    for (let i = 0; i < width; i++) {
      codes[i * rows + row] = Math.max(-128, Math.min(127, roundHalfEven(x[row * width + i] * scales[row])));
    }
  }
  return {codes, scales};
}

/** A product with a ternary matrix by additions alone; the factors of the matrix and of each row follow. */
export function ternaryProduct(
  matrix: TernaryMatrix,
  {codes, scales}: Int8Rows,
  work?: TernaryWork,
): Float64Array {
  const sums = signedSums(matrix, codes, scales.length, work);
  if (work) work.scalings += codes.length + sums.length;
  return Float64Array.from(sums, (sum, i) => (sum * matrix.scale) / scales[Math.floor(i / matrix.rows)]);
}

/** x W^T in float64. */
export function wideProduct(x: Float64Array, w: Float32Array | Float64Array, width: number): Float64Array {
  const [rows, outputs] = [x.length / width, w.length / width];
  const y = new Float64Array(rows * outputs);
  for (let row = 0; row < rows; row++) {
    for (let o = 0; o < outputs; o++) {
      let sum = 0;
      for (let i = 0; i < width; i++) sum += x[row * width + i] * w[o * width + i];
      y[row * outputs + o] = sum;
    }
  }
  return y;
}

/**
 * A norm of its own, rows rounded to 8-bit integers, a ternary matrix. (MatMul-free LM, arXiv:2406.02528, section 3.1)
 * @param weight [out, in]
 * @param gain of the norm, [in]
 */
export function bitLinear(weight: Tensor, gain: Float32Array): WideLinear {
  const matrix = ternaryMatrix(weight);
  return (x, work) => ternaryProduct(matrix, int8Rows(wideRmsNorm(x, gain, NORM_EPS), gain.length), work);
}

/** The same without the two roundings. */
export function normedLinear({data}: Tensor, gain: Float32Array): WideLinear {
  return (x) => wideProduct(wideRmsNorm(x, gain, NORM_EPS), data, gain.length);
}
