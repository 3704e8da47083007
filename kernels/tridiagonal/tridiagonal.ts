/**
 * Reflections that make a symmetric matrix tridiagonal, and that take eigenvectors back: the loops of
 * `tensor/svd-eigen.ts`, float64. Of the matrix the upper triangle alone is read and written.
 */

/**
 * Makes a [n, n] tridiagonal: `diagonal` [n], and `offDiagonal` [n] whose last stays. Leaves the unit vector of
 * reflection k in row k, from column k + 1 on. `w` and `product` are room for n numbers each, zeros at first.
 */
export function tridiagonalize(
  a: usize,
  n: i32,
  diagonal: usize,
  offDiagonal: usize,
  w: usize,
  product: usize,
): void {
  const width = (<usize>n) << 3;
  for (let k = 0; k < n; k++) {
    const at = (<usize>k) << 3;
    const row = a + <usize>k * width;
    // Row k takes what reflection k - 1 does, which makes reflection k; the rows behind it then take both at once.
    if (k > 0) updateRow(row, row - width, w, at, width);
    store<f64>(diagonal + at, load<f64>(row + at));
    if (k + 1 < n) store<f64>(offDiagonal + at, makeReflector(row + at + 8, row + width));
    memory.fill(product + at, 0, width - at);
    updateAndMultiply(a, k, n, w, product);
    reflectionWeights(row, at + 8, width, product, w);
  }
}

/** A row of A - v w^T - w v^T from its diagonal, at byte `from`, to its end. */
function updateRow(row: usize, v: usize, w: usize, from: usize, width: usize): void {
  const vi = load<f64>(v + from);
  const wi = load<f64>(w + from);
  for (let j = from; j < width; j += 8) {
    store<f64>(row + j, load<f64>(row + j) - vi * load<f64>(w + j) - wi * load<f64>(v + j));
  }
}

/** Makes a unit vector of the numbers from `start` to `end`, whose reflection takes them to the first axis; gives their length there. */
function makeReflector(start: usize, end: usize): f64 {
  const first = load<f64>(start);
  const sum = dot(start, start, end - start);
  const rest = sum - first * first;
  // Nothing to take away: without this, a diagonal matrix would lose its exact zeros.
  if (rest === 0) {
    memory.fill(start, 0, end - start);
    return first;
  }
  const axis = first > 0 ? -sqrt(sum) : sqrt(sum);
  const moved = first - axis;
  store<f64>(start, moved);
  const scale = 1 / sqrt(rest + moved * moved);
  for (let i = start; i < end; i += 8) store<f64>(i, load<f64>(i) * scale);
  return axis;
}

/** The dot product of so many bytes of numbers. */
function dot(x: usize, y: usize, bytes: usize): f64 {
  let sum = f64x2.splat(0);
  let i: usize = 0;
  for (; i + 16 <= bytes; i += 16) sum = f64x2.add(sum, f64x2.mul(v128.load(x + i), v128.load(y + i)));
  let all = f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
  if (i < bytes) all += load<f64>(x + i) * load<f64>(y + i);
  return all;
}

/**
 * The rows behind k of A - v w^T - w v^T, with v of reflection k - 1, and their products with the vector of reflection k:
 * one pass over the upper triangle, two rows at a time. Before the first reflection w is 0.
 */
function updateAndMultiply(a: usize, k: i32, n: i32, w: usize, product: usize): void {
  const width = (<usize>n) << 3;
  const v = a + <usize>max(0, k - 1) * width;
  const next = a + <usize>k * width;
  let i = k + 1;
  for (; i + 1 < n; i += 2) twoRows(a + <usize>i * width, (<usize>i) << 3, width, v, w, next, product);
  if (i < n) {
    const at = (<usize>i) << 3;
    const entry = a + <usize>i * width + at;
    const value = load<f64>(entry) - 2 * load<f64>(v + at) * load<f64>(w + at);
    store<f64>(entry, value);
    store<f64>(product + at, load<f64>(product + at) + value * load<f64>(next + at));
  }
}

/** Two rows from their diagonals, at byte `at` of the first, on; what they hold counts below the diagonal too. */
function twoRows(row: usize, at: usize, width: usize, v: usize, w: usize, next: usize, product: usize): void {
  const v0 = load<f64>(v + at);
  const v1 = load<f64>(v + at, 8);
  const w0 = load<f64>(w + at);
  const w1 = load<f64>(w + at, 8);
  const x0 = load<f64>(next + at);
  const x1 = load<f64>(next + at, 8);
  const below = row + width;
  const corner = load<f64>(row + at) - 2 * v0 * w0;
  const beside = load<f64>(row + at, 8) - v0 * w1 - w0 * v1;
  const last = load<f64>(below + at, 8) - 2 * v1 * w1;
  store<f64>(row + at, corner);
  store<f64>(row + at, beside, 8);
  store<f64>(below + at, last, 8);
  let sum0 = f64x2.splat(0);
  let sum1 = sum0;
  const vFirst = f64x2.splat(v0);
  const vSecond = f64x2.splat(v1);
  const wFirst = f64x2.splat(w0);
  const wSecond = f64x2.splat(w1);
  const xFirst = f64x2.splat(x0);
  const xSecond = f64x2.splat(x1);
  let j = at + 16;
  for (; j + 16 <= width; j += 16) {
    const vj = v128.load(v + j);
    const wj = v128.load(w + j);
    const xj = v128.load(next + j);
    const top = v128.load(row + j);
    const bottom = v128.load(below + j);
    const first = f64x2.sub(f64x2.sub(top, f64x2.mul(vFirst, wj)), f64x2.mul(wFirst, vj));
    const second = f64x2.sub(f64x2.sub(bottom, f64x2.mul(vSecond, wj)), f64x2.mul(wSecond, vj));
    v128.store(row + j, first);
    v128.store(below + j, second);
    sum0 = f64x2.add(sum0, f64x2.mul(first, xj));
    sum1 = f64x2.add(sum1, f64x2.mul(second, xj));
    const own = f64x2.add(f64x2.mul(first, xFirst), f64x2.mul(second, xSecond));
    v128.store(product + j, f64x2.add(v128.load(product + j), own));
  }
  let all0 = f64x2.extract_lane(sum0, 0) + f64x2.extract_lane(sum0, 1) + corner * x0 + beside * x1;
  let all1 = f64x2.extract_lane(sum1, 0) + f64x2.extract_lane(sum1, 1) + beside * x0 + last * x1;
  if (j < width) {
    const vj = load<f64>(v + j);
    const wj = load<f64>(w + j);
    const first = load<f64>(row + j) - v0 * wj - w0 * vj;
    const second = load<f64>(below + j) - v1 * wj - w1 * vj;
    store<f64>(row + j, first);
    store<f64>(below + j, second);
    all0 += first * load<f64>(next + j);
    all1 += second * load<f64>(next + j);
    store<f64>(product + j, load<f64>(product + j) + first * x0 + second * x1);
  }
  store<f64>(product + at, load<f64>(product + at) + all0);
  store<f64>(product + at, load<f64>(product + at, 8) + all1, 8);
}

/** w = 2 A v - 2 (v^T A v) v, of which H A H = A - v w^T - w v^T for the reflection H = I - 2 v v^T. */
function reflectionWeights(v: usize, from: usize, width: usize, product: usize, w: usize): void {
  if (from >= width) return;
  const twice = 2 * dot(v + from, product + from, width - from);
  for (let i = from; i < width; i += 8) {
    store<f64>(w + i, 2 * load<f64>(product + i) - twice * load<f64>(v + i));
  }
}

/** Takes `count` vectors, a multiple of four, of n numbers through all reflections, the last first. */
export function reflectAll(reflectors: usize, n: i32, x: usize, count: i32): void {
  const width = (<usize>n) << 3;
  for (let first = 0; first < count; first += 4, x += 4 * width) {
    for (let k = n - 2; k >= 0; k--) {
      reflectFour(reflectors + <usize>k * width, ((<usize>k) << 3) + 8, width, x);
    }
  }
}

function reflectFour(v: usize, from: usize, width: usize, x: usize): void {
  const x1 = x + width;
  const x2 = x1 + width;
  const x3 = x2 + width;
  let a = f64x2.splat(0);
  let b = a;
  let c = a;
  let d = a;
  let i = from;
  for (; i + 16 <= width; i += 16) {
    const vi = v128.load(v + i);
    a = f64x2.add(a, f64x2.mul(vi, v128.load(x + i)));
    b = f64x2.add(b, f64x2.mul(vi, v128.load(x1 + i)));
    c = f64x2.add(c, f64x2.mul(vi, v128.load(x2 + i)));
    d = f64x2.add(d, f64x2.mul(vi, v128.load(x3 + i)));
  }
  const rest: f64 = i < width ? load<f64>(v + i) : 0;
  const end = min(i, width - 8);
  a = twiceSum(a, rest * load<f64>(x + end));
  b = twiceSum(b, rest * load<f64>(x1 + end));
  c = twiceSum(c, rest * load<f64>(x2 + end));
  d = twiceSum(d, rest * load<f64>(x3 + end));
  for (i = from; i + 16 <= width; i += 16) {
    const vi = v128.load(v + i);
    v128.store(x + i, f64x2.sub(v128.load(x + i), f64x2.mul(a, vi)));
    v128.store(x1 + i, f64x2.sub(v128.load(x1 + i), f64x2.mul(b, vi)));
    v128.store(x2 + i, f64x2.sub(v128.load(x2 + i), f64x2.mul(c, vi)));
    v128.store(x3 + i, f64x2.sub(v128.load(x3 + i), f64x2.mul(d, vi)));
  }
  if (i >= width) return;
  store<f64>(x + i, load<f64>(x + i) - f64x2.extract_lane(a, 0) * rest);
  store<f64>(x1 + i, load<f64>(x1 + i) - f64x2.extract_lane(b, 0) * rest);
  store<f64>(x2 + i, load<f64>(x2 + i) - f64x2.extract_lane(c, 0) * rest);
  store<f64>(x3 + i, load<f64>(x3 + i) - f64x2.extract_lane(d, 0) * rest);
}

/** Twice the sum of two lanes and another number, in both lanes. */
function twiceSum(lanes: v128, rest: f64): v128 {
  return f64x2.splat(2 * (f64x2.extract_lane(lanes, 0) + f64x2.extract_lane(lanes, 1) + rest));
}
