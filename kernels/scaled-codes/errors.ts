import {placeOf} from "./encode";

/**
 * The squared error of floats under one scale, added to `error` in float64 and in order; stops where it exceeds `limit`.
 * @param table casts, as `castCodes` reads them
 * @param values of codes, floats
 */
export function castError(x: usize, count: i32, scale: f32, table: usize, values: usize, limit: f64): f64 {
  let error: f64 = 0;
  for (let i = 0; i < count && error <= limit; i++, x += 4) {
    const value = load<f32>(x);
    const code = <usize>load<u8>(table + placeOf(value / scale));
    const difference = <f64>value - <f64>load<f32>(values + (code << 2)) * <f64>scale;
    error += difference * difference;
  }
  return error;
}

/**
 * The squared error of each group of floats in whole steps of its scale, from -`most` to `most`, in float64 and in order. Two
 * groups go side by side, a lane each; the steps of a group of zeros, whose scale is 0, do not matter.
 */
export function stepErrors(x: usize, groups: i32, size: i32, scales: usize, most: f32, errors: usize): void {
  const bytes = (<usize>size) << 2;
  for (let group = 0; group < groups; group += 2) {
    // Of the last two both may be one group.
    const other = min(group + 1, groups - 1);
    const first = x + <usize>group * bytes;
    const second = x + <usize>other * bytes;
    const firstScale = scaleOrOne(scales + ((<usize>group) << 2));
    const secondScale = scaleOrOne(scales + ((<usize>other) << 2));
    let sum = f64x2.splat(0);
    for (let i: usize = 0; i < bytes; i += 16) {
      const a = v128.load(first + i);
      const b = v128.load(second + i);
      const aValue = inSteps(a, firstScale, most);
      const bValue = inSteps(b, secondScale, most);
      sum = withSquares(sum, a, aValue, b, bValue);
      sum = withSquares(sum, upper(a), upper(aValue), upper(b), upper(bValue));
    }
    store<f64>(errors + ((<usize>group) << 3), f64x2.extract_lane(sum, 0));
    store<f64>(errors + ((<usize>other) << 3), f64x2.extract_lane(sum, 1));
  }
}

function scaleOrOne(scales: usize): v128 {
  const scale = load<f32>(scales);
  return f32x4.splat(scale === 0 ? 1 : scale);
}

function inSteps(x: v128, scale: v128, most: f32): v128 {
  const limited = f32x4.min(f32x4.max(f32x4.div(x, scale), f32x4.splat(-most)), f32x4.splat(most));
  return f32x4.mul(f32x4.nearest(limited), scale);
}

function upper(x: v128): v128 {
  return v128.shuffle<i64>(x, x, 1, 0);
}

/** Adds the squares of two differences of each of two groups. */
function withSquares(sum: v128, a: v128, aValue: v128, b: v128, bValue: v128): v128 {
  const left = f64x2.sub(f64x2.promote_low_f32x4(a), f64x2.promote_low_f32x4(aValue));
  const right = f64x2.sub(f64x2.promote_low_f32x4(b), f64x2.promote_low_f32x4(bValue));
  const even = v128.shuffle<i64>(left, right, 0, 2);
  const odd = v128.shuffle<i64>(left, right, 1, 3);
  return f64x2.add(f64x2.add(sum, f64x2.mul(even, even)), f64x2.mul(odd, odd));
}
