import {HADAMARD_ROWS} from "./hadamard-matrices.js";
import {elementCount, matrixSize, type Tensor} from "./tensor.js";
import {transpose} from "./transpose.js";

/**
 * Factors of a length for the transform H_K (x) H_m: `order` is K (1, 12, 20, 28 or 40), `power` is m, a power
 * of two.
 */
export interface HadamardFactors {
  readonly order: number;
  readonly power: number;
}

/**
 * Transforms the rows of `data`, `columns` numbers each, filled up with zeros to `order` · `power`: what a faster machine may
 * take over. `signs` [order, order] are those of H_K, or of its transpose.
 */
export type RowTransform = (
  data: Float32Array,
  columns: number,
  factors: HadamardFactors,
  signs: Int8Array,
) => Float32Array;

/** Choice of the transform and its direction. */
export interface HadamardOptions {
  /** The split of the length; by default the one of {@link hadamardFactors}. */
  readonly factors?: HadamardFactors;
  /** Apply the transpose, which is the inverse. It differs from the transform for K = 20, 28 and 40. */
  readonly inverse?: boolean;
  /** What transforms the rows, by default in TypeScript; the wasm kernel is faster and has the same bits. */
  readonly transform?: RowTransform;
}

const isPowerOfTwo = (n: number): boolean => Number.isInteger(n) && n >= 1 && Number.isInteger(Math.log2(n));

/**
 * Splits n into K * m as the transforms in use do: K = 1 for a power of two, else the K of 12, 40, 20, 28 that
 * leaves a power of two; 40 wins over 20, as in Quamba. (QuaRot, arXiv 2404.00456; Quamba, arXiv 2410.13229)
 * @throws RangeError if n has no such split.
 */
export function hadamardFactors(n: number): HadamardFactors {
  const order = [1, 12, 40, 20, 28].find((k) => isPowerOfTwo(n / k));
  if (order === undefined) {
    throw new RangeError(
      `hadamardFactors: n must be 2^k or 12, 20, 28 or 40 times 2^k, got ${n}. hadamardPadded takes any length.`,
    );
  }
  return {order, power: n / order};
}

/**
 * The n x n matrix of +1 and -1 of the transform of length n, row-major: Sylvester's for a power of two, and
 * H_K (x) H_m for n = K * m. Its rows are orthogonal: H * transpose(H) = n * I.
 * @throws RangeError if n is no length of a transform.
 */
export function hadamardMatrix(n: number): Int8Array {
  const {order, power} = hadamardFactors(n);
  const outer = signsOf(order);
  const matrix = new Int8Array(n * n);
  for (let row = 0; row < n; row++) {
    for (let column = 0; column < n; column++) {
      const outerSign = outer[Math.floor(row / power) * order + Math.floor(column / power)];
      matrix[row * n + column] = outerSign * sylvesterSign(row % power, column % power);
    }
  }
  return matrix;
}

/**
 * The orthonormal Hadamard transform of every row of x (its last axis, of n values): y = (H_K (x) H_m) x / sqrt(n),
 * in natural (Sylvester) order, at n log2(m) + n K additions a row, in float64 and rounded once to float32.
 * It keeps norms and inner products, and spreads an outlier over all n values. (QuaRot, arXiv 2404.00456; Quamba, arXiv 2410.13229)
 * @returns a tensor of the same shape. NaN and infinities spread over their row.
 * @throws RangeError if the length has no transform, or if `factors` do not multiply to it.
 */
export function hadamard(
  x: Tensor,
  {factors, inverse = false, transform = transformRows}: HadamardOptions = {},
): Tensor {
  const {columns} = matrixSize(x);
  if (elementCount(x.shape) === 0) return {shape: [...x.shape], data: new Float32Array(0)};
  const split = factors ?? hadamardFactors(columns);
  checkFactors(split);
  if (split.order * split.power !== columns) {
    throw new RangeError(
      `hadamard: factors must multiply to the row length ${columns}, got ${split.order} * ${split.power}`,
    );
  }
  return transformed(x, split, inverse, transform);
}

/**
 * The transform of rows of any length: each row is padded with zeros to `factors` (by default to the next power
 * of two), transformed, and its first n outputs are kept. Where padding happens it is no longer orthogonal and has
 * no inverse: norms shrink, and a fused weight matrix does not cancel it.
 * @throws RangeError if `factors` hold fewer values than a row.
 */
export function hadamardPadded(
  x: Tensor,
  {factors, transform = transformRows}: Omit<HadamardOptions, "inverse"> = {},
): Tensor {
  const {columns} = matrixSize(x);
  const split = factors ?? {order: 1, power: 2 ** Math.ceil(Math.log2(Math.max(1, columns)))};
  checkFactors(split);
  if (split.order * split.power < columns) {
    throw new RangeError(
      `hadamardPadded: factors must hold the row length ${columns}, got ${split.order} * ${split.power}`,
    );
  }
  return transformed(x, split, false, transform);
}

/**
 * W [out, in] for a transformed input: `foldIntoInput(W) hadamard(y) = W y`. Each row takes the same transform as y,
 * so this also cancels where H is not symmetric.
 */
export function foldIntoInput(w: Tensor, options: Omit<HadamardOptions, "inverse"> = {}): Tensor {
  return hadamard(w, options);
}

/**
 * W [out, in] whose output comes out transformed: `foldIntoOutput(W) x = hadamard(W x)`. Each column is transformed.
 * @throws RangeError if W is no matrix or `out` has no transform.
 */
export function foldIntoOutput(w: Tensor, options: Omit<HadamardOptions, "inverse"> = {}): Tensor {
  if (w.shape.length !== 2) {
    throw new RangeError(`foldIntoOutput: w must have shape [out, in], got [${w.shape.join(", ")}]`);
  }
  const {rows, columns} = matrixSize(w);
  const wide = {shape: [columns, rows], data: transpose(w.data, rows, columns)};
  const rotated = hadamard(wide, options);
  return {shape: [rows, columns], data: transpose(rotated.data, columns, rows)};
}

function checkFactors({order, power}: HadamardFactors): void {
  if (order !== 1 && !(order in HADAMARD_ROWS)) {
    throw new RangeError(`hadamard: order must be one of 1, 12, 20, 28, 40, got ${order}`);
  }
  if (!isPowerOfTwo(power)) throw new RangeError(`hadamard: power must be a power of two, got ${power}`);
}

function transformed(x: Tensor, factors: HadamardFactors, inverse: boolean, transform: RowTransform): Tensor {
  const {columns} = matrixSize(x);
  if (x.data.length === 0) return {shape: [...x.shape], data: new Float32Array(0)};
  const signs = inverse ? transposedSigns(factors.order) : signsOf(factors.order);
  return {shape: [...x.shape], data: transform(x.data, columns, factors, signs)};
}

function transformRows(
  x: Float32Array,
  columns: number,
  {order, power}: HadamardFactors,
  signs: Int8Array,
): Float32Array {
  const n = order * power;
  const norm = 1 / Math.sqrt(n);
  const row = new Float64Array(n);
  const mixed = order === 1 ? row : new Float64Array(n);
  const data = new Float32Array(x.length);
  for (let start = 0; start < x.length; start += columns) {
    row.fill(0);
    for (let i = 0; i < columns; i++) row[i] = x[start + i];
    butterflies(row, power);
    if (order !== 1) mixRows(row, mixed, signs, order, power);
    for (let i = 0; i < columns; i++) data[start + i] = mixed[i] * norm;
  }
  return data;
}

/** Sylvester's transform of every run of `power` values, in place. */
function butterflies(row: Float64Array, power: number): void {
  for (let half = 1; half < power; half *= 2) {
    for (let start = 0; start < row.length; start += 2 * half) {
      for (let i = start; i < start + half; i++) {
        const a = row[i];
        const b = row[i + half];
        row[i] = a + b;
        row[i + half] = a - b;
      }
    }
  }
}

/** out[i] = sum over j of signs[i, j] * row[j], where row and out are seen as [order, power]. */
function mixRows(row: Float64Array, out: Float64Array, signs: Int8Array, order: number, power: number): void {
  for (let i = 0; i < order; i++) {
    for (let column = 0; column < power; column++) {
      let sum = 0;
      for (let j = 0; j < order; j++) sum += signs[i * order + j] * row[j * power + column];
      out[i * power + column] = sum;
    }
  }
}

function signsOf(order: number): Int8Array {
  if (order === 1) return Int8Array.of(1);
  const rows = HADAMARD_ROWS[order];
  return Int8Array.from(rows.join(""), (sign) => (sign === "+" ? 1 : -1));
}

function transposedSigns(order: number): Int8Array {
  const signs = signsOf(order);
  return signs.map((_, i) => signs[(i % order) * order + Math.floor(i / order)]);
}

/** The entry of Sylvester's matrix: -1 to the number of bits that row and column share. */
function sylvesterSign(row: number, column: number): number {
  let shared = row & column;
  let sign = 1;
  for (; shared !== 0; shared &= shared - 1) sign = -sign;
  return sign;
}
