/**
 * All dot products of the rows of a [p, length] with those of b [q, length], row-major [p, q]: what a faster machine may
 * take over. Where `isSymmetric`, b is a.
 */
export type RowProducts = (
  a: Float64Array,
  p: number,
  b: Float64Array,
  q: number,
  length: number,
  isSymmetric?: boolean,
) => Float64Array;

/** Rows of a matrix that are worked on together: their sums stay in registers. */
const TILE = 4;
/** Columns at a time: four rows of them fit the fastest cache. */
const CHUNK = 512;

/**
 * All dot products of the rows of a [p, length] with those of b [q, length]: A B^T, row-major [p, q], summed in
 * float64. For b = a only the lower triangle is computed where `isSymmetric`, and mirrored.
 */
export const rowProducts: RowProducts = (a, p, b, q, length, isSymmetric = false) => {
  const out = new Float64Array(p * q);
  for (let from = 0; from < length; from += CHUNK) {
    const to = Math.min(length, from + CHUNK);
    for (let i = 0; i < p; i += TILE) {
      const last = isSymmetric ? Math.min(q, i + TILE) : q;
      for (let j = 0; j < last; j += TILE) {
        if (i + TILE <= p && j + TILE <= q) fullTile(out, a, b, i, j, q, length, from, to);
        else edgeTile(out, a, b, i, Math.min(p, i + TILE), j, Math.min(q, j + TILE), q, length, from, to);
      }
    }
  }
  if (isSymmetric) mirror(out, p);
  return out;
};

function fullTile(
  out: Float64Array,
  a: Float64Array,
  b: Float64Array,
  i: number,
  j: number,
  q: number,
  length: number,
  from: number,
  to: number,
): void {
  const [a0, a1, a2, a3] = [i * length, (i + 1) * length, (i + 2) * length, (i + 3) * length];
  const [b0, b1, b2, b3] = [j * length, (j + 1) * length, (j + 2) * length, (j + 3) * length];
  let [s00, s01, s02, s03] = [0, 0, 0, 0];
  let [s10, s11, s12, s13] = [0, 0, 0, 0];
  let [s20, s21, s22, s23] = [0, 0, 0, 0];
  let [s30, s31, s32, s33] = [0, 0, 0, 0];
  for (let k = from; k < to; k++) {
    const y0 = b[b0 + k];
    const y1 = b[b1 + k];
    const y2 = b[b2 + k];
    const y3 = b[b3 + k];
    let x = a[a0 + k];
    s00 += x * y0;
    s01 += x * y1;
    s02 += x * y2;
    s03 += x * y3;
    x = a[a1 + k];
    s10 += x * y0;
    s11 += x * y1;
    s12 += x * y2;
    s13 += x * y3;
    x = a[a2 + k];
    s20 += x * y0;
    s21 += x * y1;
    s22 += x * y2;
    s23 += x * y3;
    x = a[a3 + k];
    s30 += x * y0;
    s31 += x * y1;
    s32 += x * y2;
    s33 += x * y3;
  }
  addFour(out, i * q + j, s00, s01, s02, s03);
  addFour(out, (i + 1) * q + j, s10, s11, s12, s13);
  addFour(out, (i + 2) * q + j, s20, s21, s22, s23);
  addFour(out, (i + 3) * q + j, s30, s31, s32, s33);
}

function addFour(out: Float64Array, at: number, a: number, b: number, c: number, d: number): void {
  out[at] = out[at] + a;
  out[at + 1] = out[at + 1] + b;
  out[at + 2] = out[at + 2] + c;
  out[at + 3] = out[at + 3] + d;
}

function edgeTile(
  out: Float64Array,
  a: Float64Array,
  b: Float64Array,
  i: number,
  iEnd: number,
  j: number,
  jEnd: number,
  q: number,
  length: number,
  from: number,
  to: number,
): void {
  for (let row = i; row < iEnd; row++) {
    for (let column = j; column < jEnd; column++) {
      let sum = 0;
      for (let k = from; k < to; k++) sum += a[row * length + k] * b[column * length + k];
      out[row * q + column] = out[row * q + column] + sum;
    }
  }
}

/** The lower triangle above the diagonal too. */
export function mirror(square: Float64Array, n: number): void {
  for (let i = 0; i < n; i++) for (let j = i + 1; j < n; j++) square[i * n + j] = square[j * n + i];
}
