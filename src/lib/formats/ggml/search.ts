/**
 * Searches for the scale of a sub-block that ggml's encoders share. All arithmetic is float32, one operation after the
 * other in the order of the reference, because a last bit decides which of two scales wins.
 * Source: https://github.com/ggml-org/ggml, src/ggml-quants.c: make_qx_quants, make_qkx2_quants, make_qkx3_quants,
 * make_qp_quants, make_q3_quants.
 */
import {clamp, largestAt, nearestInt} from "./block.js";

const {fround, abs} = Math;

/** A group of values whose largest magnitude is below this counts as zeros. */
export const LEAST_MAGNITUDE = fround(1e-15);

/** Scale and minimum of a group: value = scale * code - minimum. */
export interface ScaleAndMinimum {
  scale: number;
  minimum: number;
}

/** The most elements of a group. */
const MOST = 32;
const tried = new Uint8Array(MOST);

/**
 * Codes from -levels to levels - 1 and their scale: the extreme value at -levels, then 18 scales about that one, of which
 * the best by weighed least squares stays. Writes codes + levels, in a group of zeros 0.
 */
export function signedSearch(
  x: Float32Array,
  from: number,
  weights: Float32Array,
  count: number,
  levels: number,
  codes: Uint8Array,
  to: number,
): number {
  const at = largestAt(x, from, count);
  if (at < 0 || abs(x[at]) < LEAST_MAGNITUDE) {
    codes.fill(0, to, to + count);
    return 0;
  }
  const extreme = x[at];
  let kept = fround(-levels / extreme);
  let {product, square} = signedSums(x, from, weights, count, levels, kept);
  let scale = square === 0 ? 0 : fround(product / square);
  let best = fround(scale * product);
  for (let step = -9; step <= 9; step++) {
    if (step === 0) continue;
    const factor = fround(-fround(levels + fround(fround(0.1) * step)) / extreme);
    ({product, square} = signedSums(x, from, weights, count, levels, factor));
    if (square > 0 && fround(product * product) > fround(best * square)) {
      kept = factor;
      scale = fround(product / square);
      best = fround(scale * product);
    }
  }
  for (let i = 0; i < count; i++) {
    codes[to + i] = levels + clamp(nearestInt(kept * x[from + i]), -levels, levels - 1);
  }
  return scale;
}

const sums = {product: 0, square: 0};

/** Sums of w x q and of w q q over the codes q of one factor. */
function signedSums(
  x: Float32Array,
  from: number,
  weights: Float32Array,
  count: number,
  levels: number,
  factor: number,
) {
  let product = 0;
  let square = 0;
  for (let i = 0; i < count; i++) {
    const value = x[from + i];
    const w = weights[i];
    const q = clamp(nearestInt(factor * value), -levels, levels - 1);
    product = fround(product + fround(fround(w * value) * q));
    square = fround(square + fround(fround(w * q) * q));
  }
  sums.product = product;
  sums.square = square;
  return sums;
}

/** Steps by which {@link affineSearch} walks: the scales tried lie around highest / range, in `steps` + 1 steps of `step` from `first`. */
export interface AffineSteps {
  readonly first: number;
  readonly step: number;
  readonly steps: number;
  /** Errors count by magnitude instead of by square. */
  readonly byMagnitude: boolean;
}

/** The walk where importance weighs errors: finer, and over more scales. */
export const STEPS_BY_IMPORTANCE: AffineSteps = {first: -0.9, step: 0.05, steps: 36, byMagnitude: false};

/**
 * Codes from 0 to `highest` with a scale and a minimum that is not above 0: the range of the group first, then scales
 * around it, each with the scale and minimum that fit its codes best by weighed least squares; the least error stays.
 */
export function affineSearch(
  x: Float32Array,
  from: number,
  weights: Float32Array,
  count: number,
  highest: number,
  {first, step, steps, byMagnitude}: AffineSteps,
  codes: Uint8Array,
  to: number,
  result: ScaleAndMinimum,
): void {
  let low = x[from];
  let high = x[from];
  let sumW = 0;
  let sumX = 0;
  for (let i = 0; i < count; i++) {
    const value = x[from + i];
    if (value < low) low = value;
    if (value > high) high = value;
    sumW = fround(sumW + weights[i]);
    sumX = fround(sumX + fround(weights[i] * value));
  }
  if (low > 0) low = 0;
  if (high <= low) {
    codes.fill(0, to, to + count);
    result.scale = 0;
    result.minimum = -low;
    return;
  }
  const start = fround(highest / fround(high - low));
  let scale = fround(1 / start);
  let minimum = low;
  for (let i = 0; i < count; i++) {
    codes[to + i] = clamp(nearestInt(start * fround(x[from + i] - minimum)), 0, highest);
  }
  let best = affineError(x, from, weights, count, codes, to, scale, minimum, byMagnitude);
  for (let n = 0; n <= steps; n++) {
    const wanted = fround(fround(fround(first) + fround(fround(step) * n)) + highest);
    // The minimum found so far moves the range that the next scale spans.
    const factor = fround(wanted / fround(high - minimum));
    let sumL = 0;
    let sumLL = 0;
    let sumXL = 0;
    for (let i = 0; i < count; i++) {
      const value = x[from + i];
      const code = clamp(nearestInt(factor * fround(value - minimum)), 0, highest);
      tried[i] = code;
      const weighed = fround(weights[i] * code);
      sumL = fround(sumL + weighed);
      sumLL = fround(sumLL + fround(weighed * code));
      sumXL = fround(sumXL + fround(weighed * value));
    }
    const determinant = fround(fround(sumW * sumLL) - fround(sumL * sumL));
    if (!(determinant > 0)) continue;
    let fitted = fround(fround(fround(sumW * sumXL) - fround(sumX * sumL)) / determinant);
    let offset = fround(fround(fround(sumLL * sumX) - fround(sumL * sumXL)) / determinant);
    if (offset > 0) {
      offset = 0;
      fitted = fround(sumXL / sumLL);
    }
    const error = affineError(x, from, weights, count, tried, 0, fitted, offset, byMagnitude);
    if (error < best) {
      codes.set(tried.subarray(0, count), to);
      best = error;
      scale = fitted;
      minimum = offset;
    }
  }
  result.scale = scale;
  result.minimum = -minimum;
}

function affineError(
  x: Float32Array,
  from: number,
  weights: Float32Array,
  count: number,
  codes: Uint8Array,
  to: number,
  scale: number,
  minimum: number,
  byMagnitude: boolean,
): number {
  let error = 0;
  for (let i = 0; i < count; i++) {
    const difference = fround(fround(fround(scale * codes[to + i]) + minimum) - x[from + i]);
    const cost = byMagnitude ? abs(difference) : fround(difference * difference);
    error = fround(error + fround(weights[i] * cost));
  }
  return error;
}

/**
 * The 3-bit codes of Q3_K, -4 to 3, and their scale: the extreme value at -4, then at most five sweeps in which each code
 * moves by itself where that lessens the squared error, each weighed by its value's square. Writes codes + 4, in a group
 * of zeros 0.
 */
export function sweepSearch(
  x: Float32Array,
  from: number,
  count: number,
  levels: number,
  codes: Uint8Array,
  to: number,
): number {
  const at = largestAt(x, from, count);
  if (at < 0 || abs(x[at]) < LEAST_MAGNITUDE) {
    codes.fill(0, to, to + count);
    return 0;
  }
  const factor = fround(-levels / x[at]);
  let product = 0;
  let square = 0;
  for (let i = 0; i < count; i++) {
    const value = x[from + i];
    const w = fround(value * value);
    const code = clamp(nearestInt(factor * value), -levels, levels - 1);
    codes[to + i] = code + levels;
    product = fround(product + fround(fround(w * value) * code));
    square = fround(square + fround(fround(w * code) * code));
  }
  for (let sweep = 0, changed = true; sweep < 5 && changed; sweep++) {
    changed = false;
    for (let i = 0; i < count; i++) {
      const value = x[from + i];
      const w = fround(value * value);
      const wx = fround(w * value);
      const before = codes[to + i] - levels;
      let a = fround(product - fround(wx * before));
      if (!(a > 0)) continue;
      let b = fround(square - fround(fround(w * before) * before));
      const code = clamp(nearestInt(fround(value * b) / a), -levels, levels - 1);
      if (code === before) continue;
      a = fround(a + fround(wx * code));
      b = fround(b + fround(fround(w * code) * code));
      if (b > 0 && fround(fround(a * a) * square) > fround(fround(product * product) * b)) {
        codes[to + i] = code + levels;
        product = a;
        square = b;
        changed = true;
      }
    }
  }
  return square > 0 ? fround(product / square) : 0;
}

/**
 * Codes from 0 to `highest` of values that are not negative, and their scale: nine scales around the largest value's,
 * then at most five sweeps in which each code moves by itself where that lessens the weighed squared error.
 */
export function positiveSearch(
  x: Float32Array,
  weights: Float32Array,
  count: number,
  highest: number,
  codes: Uint8Array,
): number {
  let largest = 0;
  for (let i = 0; i < count; i++) if (x[i] > largest) largest = x[i];
  if (largest < LEAST_MAGNITUDE) {
    codes.fill(0, 0, count);
    return 0;
  }
  let kept = fround(highest / largest);
  let best = positiveError(x, weights, count, kept, highest);
  for (let step = -4; step <= 4; step++) {
    if (step === 0) continue;
    const factor = fround(fround(fround(fround(0.1) * step) + highest) / largest);
    const error = positiveError(x, weights, count, factor, highest);
    if (error < best) {
      best = error;
      kept = factor;
    }
  }
  return refinePositive(x, weights, count, highest, kept, codes);
}

function positiveError(
  x: Float32Array,
  weights: Float32Array,
  count: number,
  factor: number,
  highest: number,
): number {
  const scale = fround(1 / factor);
  let error = 0;
  for (let i = 0; i < count; i++) {
    const code = Math.min(highest, nearestInt(factor * x[i]));
    const difference = fround(x[i] - fround(scale * code));
    error = fround(error + fround(fround(weights[i] * difference) * difference));
  }
  return error;
}

function refinePositive(
  x: Float32Array,
  weights: Float32Array,
  count: number,
  highest: number,
  factor: number,
  codes: Uint8Array,
): number {
  let product = 0;
  let square = 0;
  for (let i = 0; i < count; i++) {
    const code = Math.min(highest, nearestInt(factor * x[i]));
    codes[i] = code;
    product = fround(product + fround(fround(weights[i] * x[i]) * code));
    square = fround(square + fround(fround(weights[i] * code) * code));
  }
  for (let sweep = 0, changed = true; sweep < 5 && changed; sweep++) {
    changed = false;
    for (let i = 0; i < count; i++) {
      const wx = fround(weights[i] * x[i]);
      let a = fround(product - fround(wx * codes[i]));
      let b = fround(square - fround(fround(weights[i] * codes[i]) * codes[i]));
      if (!(a > 0 && b > 0)) continue;
      const code = Math.min(highest, nearestInt(fround(x[i] * b) / a));
      if (code === codes[i]) continue;
      a = fround(a + fround(wx * code));
      b = fround(b + fround(fround(weights[i] * code) * code));
      if (fround(fround(a * a) * square) > fround(fround(product * product) * b)) {
        codes[i] = code;
        product = a;
        square = b;
        changed = true;
      }
    }
  }
  return square > 0 ? fround(product / square) : 0;
}
