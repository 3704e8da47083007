/**
 * Products of small dense row-major matrices. Every sum is in float64 and runs over the inner index in ascending order,
 * so that two forms of a product agree to the bit; {@link rowProducts} of row-products.ts sums long rows in pieces and is
 * the fast one.
 */

/** The product of `length` values of a from `aFrom` on with as many of b from `bFrom` on. */
export function dot(a: Float64Array, aFrom: number, b: Float64Array, bFrom: number, length: number): number {
  let sum = 0;
  for (let i = 0; i < length; i++) sum += a[aFrom + i] * b[bFrom + i];
  return sum;
}

/** The Euclidean length of `length` values of x from `start` on. */
export function norm(x: Float64Array, start: number, length: number): number {
  return Math.sqrt(dot(x, start, x, start, length));
}

/** A B of A [rows, inner] and B [inner, columns]: [rows, columns]. */
export function multiply(a: Float64Array, b: Float64Array, inner: number): Float64Array {
  const [rows, columns] = inner === 0 ? [0, 0] : [a.length / inner, b.length / inner];
  const y = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    for (let k = 0; k < inner; k++) {
      const value = a[i * inner + k];
      const [to, from] = [i * columns, k * columns];
      for (let j = 0; j < columns; j++) y[to + j] = y[to + j] + value * b[from + j];
    }
  }
  return y;
}

/**
 * X W^T + b of a layer: X [rows, inputs], W [outputs, inputs], b [outputs] or none, each sum rounded to float32 once.
 * @returns [rows, outputs]
 */
export function linear(
  x: Float32Array,
  w: Float32Array,
  inputs: number,
  bias: Float32Array | null = null,
): Float32Array {
  const [rows, outputs] = [x.length / inputs, w.length / inputs];
  const y = new Float32Array(rows * outputs);
  for (let t = 0; t < rows; t++) {
    const row = x.subarray(t * inputs, (t + 1) * inputs);
    for (let o = 0; o < outputs; o++) {
      const weights = o * inputs;
      let sum = 0;
      for (let i = 0; i < inputs; i++) sum += row[i] * w[weights + i];
      y[t * outputs + o] = bias === null ? sum : sum + bias[o];
    }
  }
  return y;
}
