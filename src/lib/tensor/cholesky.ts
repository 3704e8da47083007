/** Cholesky factors of small dense symmetric matrices, in float64, row-major [n, n]. */

/**
 * The lower triangle L with a = L L^T. Only the lower triangle of `a` is read.
 * @throws RangeError if `a` does not hold n x n values, or is not positive definite (or not finite): the message
 * names the pivot.
 */
export function cholesky(a: Float64Array, n: number): Float64Array {
  requireSquare("cholesky", a, n);
  const l = new Float64Array(n * n);
  for (let row = 0; row < n; row++) {
    for (let column = 0; column <= row; column++) {
      let sum = a[row * n + column];
      for (let k = 0; k < column; k++) sum -= l[row * n + k] * l[column * n + k];
      if (column < row) l[row * n + column] = sum / l[column * n + column];
      else l[row * n + row] = Math.sqrt(requirePivot(sum, row));
    }
  }
  return l;
}

/**
 * The upper triangle U with U^T U = a^-1, without forming the inverse: with a = R R^T for an upper triangle R
 * (Cholesky from the last row up), U = R^-1. Row i of U holds how an error in variable i is best undone by the
 * variables after it; this is what GPTQ reads (arXiv 2210.17323, section 3.3, step 3).
 * @throws RangeError as {@link cholesky}.
 */
export function choleskyOfInverse(a: Float64Array, n: number): Float64Array {
  requireSquare("choleskyOfInverse", a, n);
  const last = n * n - 1;
  // Reading a matrix backwards reverses rows and columns and turns a lower triangle into an upper one.
  const reversed = new Float64Array(n * n);
  for (let row = 0; row < n; row++) {
    for (let column = 0; column < n; column++) reversed[last - row * n - column] = a[column * n + row];
  }
  return invertLower(cholesky(reversed, n), n).reverse();
}

/** L^-1, a lower triangle again. */
function invertLower(l: Float64Array, n: number): Float64Array {
  const inverse = new Float64Array(n * n);
  for (let row = 0; row < n; row++) {
    const pivot = l[row * n + row];
    for (let k = 0; k < row; k++) {
      const factor = l[row * n + k];
      for (let column = 0; column <= k; column++) {
        inverse[row * n + column] = inverse[row * n + column] - factor * inverse[k * n + column];
      }
    }
    for (let column = 0; column < row; column++) {
      inverse[row * n + column] = inverse[row * n + column] / pivot;
    }
    inverse[row * n + row] = 1 / pivot;
  }
  return inverse;
}

function requireSquare(where: string, a: Float64Array, n: number): void {
  if (a.length !== n * n) {
    throw new RangeError(`${where}: the matrix must hold ${n} x ${n} values, got ${a.length}`);
  }
}

function requirePivot(pivot: number, row: number): number {
  if (pivot > 0 && pivot < Number.POSITIVE_INFINITY) return pivot;
  throw new RangeError(
    `cholesky: the matrix must be finite and positive definite, got pivot ${pivot} in row ${row}. Adding a small multiple of the mean diagonal (damping) makes a semi-definite one definite.`,
  );
}
