/** Columns and rows of b that stay in the second cache while all rows of a pass: 64 rows of 256 float64. */
const COLUMNS = 256;
const ROWS = 64;

/**
 * out [p, q] = all dot products of the rows of a [p, length] with those of b [q, length], in float64; p a multiple of 2,
 * q of 4, length of 2; `out` begins as zeros. Where `isSymmetric`, only tiles that touch the lower triangle are made.
 */
export function rowProducts(
  a: usize,
  b: usize,
  out: usize,
  p: i32,
  q: i32,
  length: i32,
  isSymmetric: i32,
): void {
  for (let from = 0; from < length; from += COLUMNS) {
    const columns = (<usize>min(length - from, COLUMNS)) << 3;
    for (let first = 0; first < q; first += ROWS) {
      const last = min(first + ROWS, q);
      for (let i = isSymmetric ? first & ~1 : 0; i < p; i += 2) {
        const end = isSymmetric ? min(last, i + 2) : last;
        for (let j = first; j < end; j += 4) {
          const left = a + ((<usize>(i * length + from)) << 3);
          const right = b + ((<usize>(j * length + from)) << 3);
          const to = out + ((<usize>(i * q + j)) << 3);
          tile(left, right, to, (<usize>length) << 3, (<usize>q) << 3, columns);
        }
      }
    }
  }
}

/** Two rows of a with four of b: eight sums of two lanes each. */
function tile(a: usize, b: usize, out: usize, stride: usize, outStride: usize, columns: usize): void {
  let a0 = f64x2.splat(0);
  let a1 = a0;
  let a2 = a0;
  let a3 = a0;
  let b0 = a0;
  let b1 = a0;
  let b2 = a0;
  let b3 = a0;
  const second = a + stride;
  const c1 = b + stride;
  const c2 = c1 + stride;
  const c3 = c2 + stride;
  for (let k: usize = 0; k < columns; k += 16) {
    const x = v128.load(a + k);
    const y = v128.load(second + k);
    let v = v128.load(b + k);
    a0 = f64x2.add(a0, f64x2.mul(x, v));
    b0 = f64x2.add(b0, f64x2.mul(y, v));
    v = v128.load(c1 + k);
    a1 = f64x2.add(a1, f64x2.mul(x, v));
    b1 = f64x2.add(b1, f64x2.mul(y, v));
    v = v128.load(c2 + k);
    a2 = f64x2.add(a2, f64x2.mul(x, v));
    b2 = f64x2.add(b2, f64x2.mul(y, v));
    v = v128.load(c3 + k);
    a3 = f64x2.add(a3, f64x2.mul(x, v));
    b3 = f64x2.add(b3, f64x2.mul(y, v));
  }
  addSums(out, a0, a1);
  addSums(out + 16, a2, a3);
  addSums(out + outStride, b0, b1);
  addSums(out + outStride + 16, b2, b3);
}

/** Adds the sums of the lanes of two vectors to two numbers. */
function addSums(out: usize, x: v128, y: v128): void {
  const sums = f64x2.add(v128.shuffle<f64>(x, y, 0, 2), v128.shuffle<f64>(x, y, 1, 3));
  v128.store(out, f64x2.add(v128.load(out), sums));
}
