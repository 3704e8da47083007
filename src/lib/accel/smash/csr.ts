import {requireFinite, requireInteger, requireLength} from "../../tensor/require.js";

/** A sparse matrix by rows: the entries of row i stand from starts[i] to before starts[i + 1], their columns rising. */
export interface Csr {
  readonly rows: number;
  readonly columns: number;
  /** Length rows + 1. */
  readonly starts: Int32Array;
  /** Column of each entry. */
  readonly indices: Int32Array;
  readonly values: Float64Array;
}

/** The most rows or columns of a sparse matrix: a slot's key must be an integer of 32 bits. */
const MOST = 2 ** 24;

/**
 * The entries that are not zero of a dense matrix [rows, columns], row-major.
 * @throws RangeError for sizes that do not fit the data, or values that are not finite.
 */
export function csrOf(data: Float32Array | Float64Array, rows: number, columns: number): Csr {
  requireInteger("csrOf", "rows", rows, 0, MOST);
  requireInteger("csrOf", "columns", columns, 0, MOST);
  requireLength("csrOf", "data", data, rows * columns);
  requireFinite("csrOf", "data", data);
  const starts = new Int32Array(rows + 1);
  const [indices, values]: [number[], number[]] = [[], []];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const value = data[row * columns + column];
      if (value === 0) continue;
      indices.push(column);
      values.push(value);
    }
    starts[row + 1] = indices.length;
  }
  return {rows, columns, starts, indices: Int32Array.from(indices), values: Float64Array.from(values)};
}

/** The matrix with its zeros, row-major. */
export function denseOf({rows, columns, starts, indices, values}: Csr): Float64Array {
  const dense = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let at = starts[row]; at < starts[row + 1]; at++) dense[row * columns + indices[at]] = values[at];
  }
  return dense;
}

/**
 * Refuses arrays that are no sparse matrix by rows.
 * @throws RangeError naming the field: lengths that do not fit, starts that fall, columns that are out of range or do not rise.
 */
export function requireCsr(where: string, name: string, {rows, columns, starts, indices, values}: Csr): void {
  requireInteger(where, `${name}.rows`, rows, 0, MOST);
  requireInteger(where, `${name}.columns`, columns, 0, MOST);
  requireLength(where, `${name}.starts`, starts, rows + 1);
  requireLength(where, `${name}.values`, values, indices.length);
  requireInteger(where, `${name}.starts[0]`, starts[0], 0, 0);
  requireInteger(where, `${name}.starts[${rows}]`, starts[rows], indices.length, indices.length);
  for (let row = 0; row < rows; row++) {
    requireInteger(where, `${name}.starts[${row + 1}]`, starts[row + 1], starts[row], indices.length);
    for (let at = starts[row]; at < starts[row + 1]; at++) {
      const least = at === starts[row] ? 0 : indices[at - 1] + 1;
      requireInteger(where, `${name}.indices[${at}]`, indices[at], least, columns - 1);
    }
  }
  requireFinite(where, `${name}.values`, values);
}

/**
 * Refuses two matrices that have no product.
 * @throws RangeError as `requireCsr`, and where the rows of b are not the columns of a.
 */
export function requireFactors(where: string, a: Csr, b: Csr): void {
  requireCsr(where, "a", a);
  requireCsr(where, "b", b);
  requireInteger(where, "b.rows", b.rows, a.columns, a.columns);
}
