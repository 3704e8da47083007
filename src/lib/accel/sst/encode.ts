import {nmMask} from "../../tensor/nm-mask.js";
import {requireInteger} from "../../tensor/require.js";

/** The patterns a slice is built for; dense is N = M = 1. */
export const SST_PATTERNS = {
  dense: {n: 1, m: 1},
  "2:4": {n: 2, m: 4},
  "1:3": {n: 1, m: 3},
  "1:4": {n: 1, m: 4},
} as const;

/** N:M sparse weights [rows, columns]: of each group of M inputs the N kept values and where they stood. */
export interface SparseWeights {
  readonly rows: number;
  readonly columns: number;
  readonly n: number;
  readonly m: number;
  /** Groups of a row; the last is filled up with zeros. */
  readonly groups: number;
  /** [rows, groups, N]. */
  readonly values: Float64Array;
  /** Place within the group, ascending; same layout. */
  readonly indices: Uint8Array;
}

/**
 * Keeps the N largest of every M consecutive inputs, in ascending order of their place. A group with fewer than N
 * non-zeros keeps zeros at its lowest free places, which add nothing to a sum.
 * @param weight [rows, columns], row-major.
 * @throws RangeError if N is not 1 to M, M not 1 to 256, or the length does not fit the columns.
 */
export function encodeNm(weight: ArrayLike<number>, columns: number, n: number, m: number): SparseWeights {
  requireInteger("encodeNm", "columns", columns, 1);
  requireInteger("encodeNm", "n", n, 1);
  requireInteger("encodeNm", "m", m, 1);
  if (n > m || m > 256) throw new RangeError(`encodeNm: n:m must be 1 <= n <= m <= 256, got ${n}:${m}`);
  if (weight.length % columns !== 0) {
    throw new RangeError(`encodeNm: weight must hold rows of ${columns}, got ${weight.length} values`);
  }
  const rows = weight.length / columns;
  const groups = Math.ceil(columns / m);
  const padded = new Float64Array(rows * groups * m);
  for (let i = 0; i < weight.length; i++) {
    padded[Math.floor(i / columns) * groups * m + (i % columns)] = weight[i];
  }
  const mask = nmMask(padded, groups * m, n, m);
  const values = new Float64Array(rows * groups * n);
  const indices = new Uint8Array(rows * groups * n);
  let at = 0;
  for (let i = 0; i < padded.length; i++) {
    if (mask[i] === 0) continue;
    values[at] = padded[i];
    indices[at++] = i % m;
  }
  return {rows, columns, n, m, groups, values, indices};
}

/** The matrix [rows, columns] that sparse weights stand for: what was dropped is 0. */
export function decodeNm({rows, columns, n, m, groups, values, indices}: SparseWeights): Float64Array {
  const weight = new Float64Array(rows * columns);
  for (let at = 0; at < values.length; at++) {
    const group = Math.floor(at / n);
    const row = Math.floor(group / groups);
    const column = (group % groups) * m + indices[at];
    if (column < columns) weight[row * columns + column] = values[at];
  }
  return weight;
}

/** Bits really stored: kept values of `valueBits` and an index of each. */
export function storedBits({values, m}: SparseWeights, valueBits: number): number {
  return values.length * (valueBits + Math.ceil(Math.log2(m)));
}

/** Share of a matrix's energy (sum of squares) that its N:M pruning keeps; 1 for a matrix of zeros. */
export function energyKept(weight: ArrayLike<number>, columns: number, n: number, m: number): number {
  const {values} = encodeNm(weight, columns, n, m);
  const squares = (data: ArrayLike<number>) => {
    let sum = 0;
    for (let i = 0; i < data.length; i++) sum += data[i] * data[i];
    return sum;
  };
  const all = squares(weight);
  return all === 0 ? 1 : squares(values) / all;
}
