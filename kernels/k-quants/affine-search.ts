import {nearestCodes} from "../shared/nearest";

/** Room of one group's lanes: 32 vectors. */
export const LANES: usize = 512;

/**
 * Scale and minimum of four groups at once, one a lane: `x` and `w` hold element i of all four at vector i, so that each
 * lane sums one value after the other. Writes codes as floats to `codes`, four scales and four minima to `result`.
 * `trial` is room for {@link LANES} bytes.
 */
export function affineSearch4(
  x: usize,
  w: usize,
  count: i32,
  highest: f32,
  first: f32,
  step: f32,
  steps: i32,
  byMagnitude: bool,
  codes: usize,
  trial: usize,
  result: usize,
): void {
  const end = (<usize>count) << 4;
  const limit = i32x4.splat(0x400000 + <i32>highest);
  let low = v128.load(x);
  let high = low;
  let sumW = f32x4.splat(0);
  let sumX = f32x4.splat(0);
  for (let i: usize = 0; i < end; i += 16) {
    const value = v128.load(x + i);
    const weight = v128.load(w + i);
    low = f32x4.pmin(low, value);
    high = f32x4.pmax(high, value);
    sumW = f32x4.add(sumW, weight);
    sumX = f32x4.add(sumX, f32x4.mul(weight, value));
  }
  low = v128.andnot(low, f32x4.gt(low, f32x4.splat(0)));
  const flat = f32x4.le(high, low);
  const start = f32x4.div(f32x4.splat(highest), f32x4.sub(high, low));
  let scale = f32x4.div(f32x4.splat(1), start);
  let minimum = low;
  for (let i: usize = 0; i < end; i += 16) {
    const shifted = f32x4.sub(v128.load(x + i), minimum);
    v128.store(codes + i, nearestCodes(f32x4.mul(start, shifted), limit));
  }
  let best = errorOf(x, w, end, codes, scale, minimum, byMagnitude);
  for (let n = 0; n <= steps; n++) {
    const wanted: f32 = first + step * <f32>n + highest;
    const factor = f32x4.div(f32x4.splat(wanted), f32x4.sub(high, minimum));
    let sumL = f32x4.splat(0);
    let sumLL = f32x4.splat(0);
    let sumXL = f32x4.splat(0);
    for (let i: usize = 0; i < end; i += 16) {
      const value = v128.load(x + i);
      const code = nearestCodes(f32x4.mul(factor, f32x4.sub(value, minimum)), limit);
      v128.store(trial + i, code);
      const weighed = f32x4.mul(v128.load(w + i), code);
      sumL = f32x4.add(sumL, weighed);
      sumLL = f32x4.add(sumLL, f32x4.mul(weighed, code));
      sumXL = f32x4.add(sumXL, f32x4.mul(weighed, value));
    }
    const determinant = f32x4.sub(f32x4.mul(sumW, sumLL), f32x4.mul(sumL, sumL));
    const fits = f32x4.gt(determinant, f32x4.splat(0));
    if (!v128.any_true(fits)) continue;
    let fitted = f32x4.div(f32x4.sub(f32x4.mul(sumW, sumXL), f32x4.mul(sumX, sumL)), determinant);
    let offset = f32x4.div(f32x4.sub(f32x4.mul(sumLL, sumX), f32x4.mul(sumL, sumXL)), determinant);
    const above = f32x4.gt(offset, f32x4.splat(0));
    offset = v128.andnot(offset, above);
    fitted = v128.bitselect(f32x4.div(sumXL, sumLL), fitted, above);
    const error = errorOf(x, w, end, trial, fitted, offset, byMagnitude);
    const better = v128.and(fits, f32x4.lt(error, best));
    if (!v128.any_true(better)) continue;
    best = v128.bitselect(error, best, better);
    scale = v128.bitselect(fitted, scale, better);
    minimum = v128.bitselect(offset, minimum, better);
    for (let i: usize = 0; i < end; i += 16) {
      v128.store(codes + i, v128.bitselect(v128.load(trial + i), v128.load(codes + i), better));
    }
  }
  for (let i: usize = 0; i < end; i += 16) v128.store(codes + i, v128.andnot(v128.load(codes + i), flat));
  v128.store(result, v128.andnot(scale, flat));
  v128.store(result, f32x4.neg(v128.bitselect(low, minimum, flat)), 16);
}

function errorOf(
  x: usize,
  w: usize,
  end: usize,
  codes: usize,
  scale: v128,
  minimum: v128,
  byMagnitude: bool,
): v128 {
  let error = f32x4.splat(0);
  if (byMagnitude) {
    for (let i: usize = 0; i < end; i += 16) {
      const value = f32x4.add(f32x4.mul(scale, v128.load(codes + i)), minimum);
      const cost = f32x4.abs(f32x4.sub(value, v128.load(x + i)));
      error = f32x4.add(error, f32x4.mul(v128.load(w + i), cost));
    }
  } else {
    for (let i: usize = 0; i < end; i += 16) {
      const value = f32x4.add(f32x4.mul(scale, v128.load(codes + i)), minimum);
      const difference = f32x4.sub(value, v128.load(x + i));
      error = f32x4.add(error, f32x4.mul(v128.load(w + i), f32x4.mul(difference, difference)));
    }
  }
  return error;
}
