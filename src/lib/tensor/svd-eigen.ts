import {dot, norm} from "./dense.js";
import {randomStream} from "./random.js";

/** The largest eigenvalues of a symmetric matrix, descending, and their unit eigenvectors, one a row. */
export interface Eigen {
  readonly values: Float64Array;
  /** [count, n] */
  readonly vectors: Float64Array;
}

/** A symmetric matrix as its diagonal and the numbers beside it. */
export interface Tridiagonal {
  readonly n: number;
  readonly diagonal: Float64Array;
  /** offDiagonal[i] couples i and i + 1; [n], the last is 0. */
  readonly offDiagonal: Float64Array;
}

/** The two steps of the decomposition that go through the whole matrix: what a faster machine may take over. */
export interface EigenSteps {
  /** Makes a [n, n] tridiagonal; leaves the unit vector of reflection k in row k, from column k + 1 on. */
  tridiagonalize(a: Float64Array, n: number): Tridiagonal;
  /** Takes the `count` rows of x [count, n] through the reflections that it left, the last first. */
  reflectAll(reflectors: Float64Array, n: number, x: Float64Array, count: number): void;
}

/**
 * The `count` largest eigenpairs of a symmetric matrix a [n, n]: reflections make it tridiagonal, implicit QL finds
 * all its eigenvalues, inverse iteration the vectors that are asked for. Errors are a few times 2^-53 of the largest
 * eigenvalue. (Wilkinson and Reinsch, doi.org/10.1007/978-3-642-86940-2, contributions II/2, II/3 and II/18)
 */
export function largestEigenpairs(
  a: Float64Array,
  n: number,
  count: number,
  steps: EigenSteps = plainSteps,
): Eigen {
  const work = a.slice();
  const t = steps.tridiagonalize(work, n);
  const values = eigenvalues(t).slice(0, count);
  const vectors = inverseIteration(t, values);
  steps.reflectAll(work, n, vectors, count);
  return {values, vectors};
}

/** Leaves the unit vector of reflection k in row k, from column k + 1 on. */
function tridiagonalize(a: Float64Array, n: number): Tridiagonal {
  const diagonal = new Float64Array(n);
  const offDiagonal = new Float64Array(n);
  const w = new Float64Array(n);
  const Av = new Float64Array(n);
  for (let k = 0; k < n; k++) {
    // Row k takes what reflection k - 1 does, which makes reflection k; the rows behind it then take both at once.
    if (k > 0) updateRow(a, n, k, k, w);
    diagonal[k] = a[k * n + k];
    if (k + 1 < n) offDiagonal[k] = makeReflector(a, k * n + k + 1, n - k - 1);
    updateAndMultiply(a, n, k, w, Av);
    reflectionWeights(a, n, k, Av, w);
  }
  return {n, diagonal, offDiagonal};
}

function makeReflector(a: Float64Array, start: number, length: number): number {
  const sum = dot(a, start, a, start, length);
  const rest = sum - a[start] * a[start];
  // Nothing to take away: without this, a diagonal matrix would lose its exact zeros.
  if (rest === 0) {
    const value = a[start];
    a.fill(0, start, start + length);
    return value;
  }
  const axis = a[start] > 0 ? -Math.sqrt(sum) : Math.sqrt(sum);
  a[start] = a[start] - axis;
  const scale = 1 / Math.sqrt(rest + a[start] * a[start]);
  for (let i = start; i < start + length; i++) a[i] = a[i] * scale;
  return axis;
}

/** Row i of A - v w^T - w v^T from column k on, where v is that of reflection k - 1. */
function updateRow(a: Float64Array, n: number, i: number, k: number, w: Float64Array): void {
  const row = i * n;
  const v = (k - 1) * n;
  const vi = a[v + i];
  const wi = w[i];
  for (let j = k; j < n; j++) a[row + j] = a[row + j] - vi * w[j] - wi * a[v + j];
}

/**
 * The rows behind k of A - v w^T - w v^T, with v of reflection k - 1, and their products with the vector of
 * reflection k: one pass over the matrix, two rows at a time. Before the first reflection w is 0.
 */
function updateAndMultiply(a: Float64Array, n: number, k: number, w: Float64Array, Av: Float64Array): void {
  const v = Math.max(0, k - 1) * n;
  const next = k * n;
  for (let i = k + 1; i < n; i += 2) {
    const row = i * n;
    // An odd last row goes twice with itself: the same numbers are written.
    const below = i + 1 < n ? row + n : row;
    const [v0, v1, w0, w1] = [a[v + i], a[v + below / n], w[i], w[below / n]];
    let sum0 = 0;
    let sum1 = 0;
    for (let j = k + 1; j < n; j++) {
      const vj = a[v + j];
      const wj = w[j];
      const x = a[next + j];
      const first = a[row + j] - v0 * wj - w0 * vj;
      const second = a[below + j] - v1 * wj - w1 * vj;
      a[row + j] = first;
      a[below + j] = second;
      sum0 += first * x;
      sum1 += second * x;
    }
    Av[i] = sum0;
    Av[below / n] = sum1;
  }
}

/** w = 2 A v - 2 (v^T A v) v, of which H A H = A - v w^T - w v^T for the reflection H = I - 2 v v^T. */
function reflectionWeights(a: Float64Array, n: number, k: number, Av: Float64Array, w: Float64Array): void {
  const v = k * n;
  let vAv = 0;
  for (let i = k + 1; i < n; i++) vAv += a[v + i] * Av[i];
  for (let i = k + 1; i < n; i++) w[i] = 2 * Av[i] - 2 * vAv * a[v + i];
}

/** Number of vectors reflected together: each reflection is read once for all of them. */
const TOGETHER = 4;

function reflectAll(reflectors: Float64Array, n: number, x: Float64Array, count: number): void {
  const whole = count - (count % TOGETHER);
  for (let first = 0; first < whole; first += TOGETHER) reflectFour(reflectors, n, x, first * n);
  for (let k = whole; k < count; k++) applyReflections(reflectors, n, x, k * n);
}

function reflectFour(reflectors: Float64Array, n: number, x: Float64Array, start: number): void {
  const [x0, x1, x2, x3] = [start, start + n, start + 2 * n, start + 3 * n];
  for (let k = n - 2; k >= 0; k--) {
    const v = k * n;
    let [d0, d1, d2, d3] = [0, 0, 0, 0];
    for (let i = k + 1; i < n; i++) {
      const vi = 2 * reflectors[v + i];
      d0 += vi * x[x0 + i];
      d1 += vi * x[x1 + i];
      d2 += vi * x[x2 + i];
      d3 += vi * x[x3 + i];
    }
    for (let i = k + 1; i < n; i++) {
      const vi = reflectors[v + i];
      x[x0 + i] = x[x0 + i] - d0 * vi;
      x[x1 + i] = x[x1 + i] - d1 * vi;
      x[x2 + i] = x[x2 + i] - d2 * vi;
      x[x3 + i] = x[x3 + i] - d3 * vi;
    }
  }
}

const plainSteps: EigenSteps = {tridiagonalize, reflectAll};

function applyReflections(reflectors: Float64Array, n: number, x: Float64Array, start: number): void {
  for (let k = n - 2; k >= 0; k--) {
    const v = k * n;
    let dot = 0;
    for (let i = k + 1; i < n; i++) dot += reflectors[v + i] * x[start + i];
    const twice = 2 * dot;
    for (let i = k + 1; i < n; i++) x[start + i] = x[start + i] - twice * reflectors[v + i];
  }
}

/** All eigenvalues of a tridiagonal matrix, descending, by the implicit QL method. */
function eigenvalues({n, diagonal, offDiagonal}: Tridiagonal): Float64Array {
  const d = diagonal.slice();
  const e = offDiagonal.slice();
  for (let l = 0; l < n; l++) {
    for (let iteration = 0; ; iteration++) {
      let m = l;
      while (m < n - 1 && !isNegligible(d, e, m)) m++;
      if (m === l) break;
      if (iteration === 60) throw new Error(`eigenvalues: value ${l} must settle within 60 steps`);
      qlStep(d, e, l, m);
    }
  }
  return d.sort().reverse();
}

function isNegligible(d: Float64Array, e: Float64Array, m: number): boolean {
  const scale = Math.abs(d[m]) + Math.abs(d[m + 1]);
  return Math.abs(e[m]) <= 2 ** -53 * scale;
}

/** One implicit QL step with Wilkinson's shift on the block from l to m. */
function qlStep(d: Float64Array, e: Float64Array, l: number, m: number): void {
  const half = (d[l + 1] - d[l]) / (2 * e[l]);
  const root = Math.hypot(half, 1);
  let g = d[m] - d[l] + e[l] / (half + (half < 0 ? -root : root));
  let [s, c, p] = [1, 1, 0];
  for (let i = m - 1; i >= l; i--) {
    const f = s * e[i];
    const b = c * e[i];
    const r = Math.hypot(f, g);
    e[i + 1] = r;
    if (r === 0) {
      d[i + 1] = d[i + 1] - p;
      e[m] = 0;
      return;
    }
    s = f / r;
    c = g / r;
    g = d[i + 1] - p;
    const turn = (d[i] - g) * s + 2 * c * b;
    p = s * turn;
    d[i + 1] = g + p;
    g = c * turn - b;
  }
  d[l] = d[l] - p;
  e[l] = g;
  e[m] = 0;
}

/** Solves (T - value) x = x a few times for each value, each vector kept orthogonal to those before it. */
function inverseIteration(t: Tridiagonal, values: Float64Array): Float64Array {
  const {n} = t;
  const vectors = new Float64Array(values.length * n);
  const stream = randomStream(1, "inverse iteration");
  const size = largestEntry(t);
  for (let k = 0; k < values.length; k++) {
    const x = vectors.subarray(k * n, (k + 1) * n);
    const solve = shiftedSolver(t, values[k], size);
    for (let i = 0; i < n; i++) x[i] = stream.uniform() - 0.5;
    // Two solves reach rounding; the third mends what orthogonalizing within a cluster disturbs.
    for (let step = 0; step < 3; step++) {
      solve(x);
      makeOrthogonal(vectors, k, n);
    }
    // Once more: where most of a vector was taken away, what is left is rounding.
    makeOrthogonal(vectors, k, n);
  }
  return vectors;
}

function largestEntry({diagonal, offDiagonal}: Tridiagonal): number {
  const entries = [diagonal, offDiagonal].flatMap((part) => Array.from(part, Math.abs));
  return entries.reduce((top, entry) => Math.max(top, entry), 0) || 1;
}

/** T - value as L U with partial pivoting; pivots of 0 become rounding, so that the solution grows along the eigenvector. */
function shiftedSolver({n, diagonal, offDiagonal}: Tridiagonal, value: number, size: number) {
  const main = diagonal.map((d) => d - value);
  const next = offDiagonal.slice();
  const afterNext = new Float64Array(n);
  const factor = new Float64Array(n);
  const isSwapped = new Uint8Array(n);
  const tiny = size * 2 ** -53;
  for (let i = 0; i < n - 1; i++) {
    const below = offDiagonal[i];
    if (Math.abs(below) > Math.abs(main[i])) {
      isSwapped[i] = 1;
      factor[i] = main[i] / below;
      const above = next[i];
      main[i] = below;
      next[i] = main[i + 1];
      afterNext[i] = next[i + 1];
      main[i + 1] = above - factor[i] * next[i];
      next[i + 1] = -factor[i] * afterNext[i];
    } else {
      if (main[i] === 0) main[i] = tiny;
      factor[i] = below / main[i];
      main[i + 1] = main[i + 1] - factor[i] * next[i];
    }
  }
  for (let i = 0; i < n; i++) if (Math.abs(main[i]) < tiny) main[i] = main[i] < 0 ? -tiny : tiny;
  return (x: Float64Array): void => {
    for (let i = 0; i < n - 1; i++) {
      const [first, second] = isSwapped[i] ? [x[i + 1], x[i]] : [x[i], x[i + 1]];
      x[i] = first;
      x[i + 1] = second - factor[i] * first;
    }
    let largest = 0;
    for (let i = n - 1; i >= 0; i--) {
      const known = (i + 1 < n ? next[i] * x[i + 1] : 0) + (i + 2 < n ? afterNext[i] * x[i + 2] : 0);
      x[i] = (x[i] - known) / main[i];
      largest = Math.max(largest, Math.abs(x[i]));
    }
    for (let i = 0; i < n; i++) x[i] = x[i] / largest;
  };
}

/** Takes from vector k its parts along those before it, and makes it a unit vector. */
function makeOrthogonal(vectors: Float64Array, k: number, n: number): void {
  const start = k * n;
  for (let other = 0; other < start; other += n) {
    const along = dot(vectors, start, vectors, other, n);
    for (let i = 0; i < n; i++) vectors[start + i] = vectors[start + i] - along * vectors[other + i];
  }
  const scale = 1 / norm(vectors, start, n);
  for (let i = start; i < start + n; i++) vectors[i] = vectors[i] * scale;
}
