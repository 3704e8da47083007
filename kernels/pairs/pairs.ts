/** Pairs of neighbours that share two codes: the loops of `formats/olive/olive-pairs.ts`. */

/**
 * Places of four quotients among the magnitudes, in a table by the upper 17 bits of a float and whether those below hold
 * anything: no two floats of one entry have a midpoint between them.
 */
function entriesOf(q: v128): v128 {
  const upper = v128.and(i32x4.shr_u(q, 14), i32x4.splat(0x3fffe));
  const isExact = i32x4.eq(v128.and(q, i32x4.splat(0x7fff)), i32x4.splat(0));
  return v128.or(upper, v128.andnot(i32x4.splat(1), isExact));
}

function magnitudeOf(place: u32, magnitudes: usize): f32 {
  return load<f32>(magnitudes + ((<usize>place) << 2));
}

function square(x: v128): v128 {
  return f64x2.mul(x, x);
}

/**
 * The squared error of `count` floats in pairs, in float64 and in order, four at a time; stops where it exceeds `limit`. An
 * outlier has a place above `last`, one less than a power of two, and its neighbour becomes 0.
 */
export function pairError(
  x: usize,
  count: i32,
  scale: f32,
  places: usize,
  magnitudes: usize,
  last: i32,
  limit: f64,
): f64 {
  const divisor = f32x4.splat(scale);
  let error: f64 = 0;
  for (let i = 0; i < count && error <= limit; i += 4, x += 16) {
    const value = v128.load(x);
    const at = entriesOf(f32x4.div(value, divisor));
    const a = <u32>load<u8>(places + i32x4.extract_lane(at, 0));
    const b = <u32>load<u8>(places + i32x4.extract_lane(at, 1));
    const c = <u32>load<u8>(places + i32x4.extract_lane(at, 2));
    const d = <u32>load<u8>(places + i32x4.extract_lane(at, 3));
    let nearest = f32x4.splat(magnitudeOf(a, magnitudes));
    nearest = f32x4.replace_lane(nearest, 1, magnitudeOf(b, magnitudes));
    nearest = f32x4.replace_lane(nearest, 2, magnitudeOf(c, magnitudes));
    nearest = f32x4.replace_lane(nearest, 3, magnitudeOf(d, magnitudes));
    const level = f32x4.mul(nearest, divisor);
    const magnitude = f32x4.abs(value);
    const first = f64x2.promote_low_f32x4(magnitude);
    const second = f64x2.promote_low_f32x4(v128.shuffle<i64>(magnitude, magnitude, 1, 0));
    const firstError = square(f64x2.sub(first, f64x2.promote_low_f32x4(level)));
    const secondLevel = f64x2.promote_low_f32x4(v128.shuffle<i64>(level, level, 1, 0));
    const secondError = square(f64x2.sub(second, secondLevel));
    if (((a | b | c | d) as i32) <= last) {
      error = error + f64x2.extract_lane(firstError, 0) + f64x2.extract_lane(firstError, 1);
      error = error + f64x2.extract_lane(secondError, 0) + f64x2.extract_lane(secondError, 1);
    } else {
      error = withPair(error, firstError, square(first), <i32>a > last, <i32>b > last);
      error = withPair(error, secondError, square(second), <i32>c > last, <i32>d > last);
    }
  }
  return error;
}

function withPair(error: f64, errors: v128, squares: v128, isLeft: bool, isRight: bool): f64 {
  if (isLeft) return error + (f64x2.extract_lane(errors, 0) + f64x2.extract_lane(squares, 1));
  if (isRight) return error + (f64x2.extract_lane(squares, 0) + f64x2.extract_lane(errors, 1));
  return error + f64x2.extract_lane(errors, 0) + f64x2.extract_lane(errors, 1);
}

/** Codes of such pairs, a byte each; the victim of an outlier has `half` alone. */
export function writePairs(
  x: usize,
  count: i32,
  scale: f32,
  places: usize,
  last: i32,
  half: i32,
  codes: usize,
): void {
  const divisor = f32x4.splat(scale);
  for (let i = 0; i < count; i += 4, x += 16, codes += 4) {
    const value = v128.load(x);
    const at = entriesOf(f32x4.div(value, divisor));
    const a = <i32>load<u8>(places + i32x4.extract_lane(at, 0));
    const b = <i32>load<u8>(places + i32x4.extract_lane(at, 1));
    const c = <i32>load<u8>(places + i32x4.extract_lane(at, 2));
    const d = <i32>load<u8>(places + i32x4.extract_lane(at, 3));
    writePair(codes, x, a, b, last, half);
    writePair(codes + 2, x + 8, c, d, last, half);
  }
}

function writePair(codes: usize, x: usize, left: i32, right: i32, last: i32, half: i32): void {
  const isLeft = left > last;
  const isRight = !isLeft && right > last;
  store<u8>(codes, isRight ? half : codeOf(load<f32>(x), left, last, half));
  store<u8>(codes, isLeft ? half : codeOf(load<f32>(x, 4), right, last, half), 1);
}

/** Normal codes are two's complement of the bits below twice `half`, those of outliers count from 1 below a sign bit. */
function codeOf(x: f32, place: i32, last: i32, half: i32): i32 {
  if (place > last) return place - last + (x < 0 ? half : 0);
  return x < 0 ? -place & (2 * half - 1) : place;
}

/** The floats of pairs of four bits each: two floats for each byte of codes, times the scale of the group. */
export function decodeNibblePairs(
  codes: usize,
  groups: i32,
  size: i32,
  table: usize,
  scales: usize,
  x: usize,
): void {
  for (let group = 0; group < groups; group++, scales += 4) {
    const scale = v128.load32_splat(scales);
    for (let i = 0; i < size; i += 4, codes += 2, x += 16) {
      const low = v128.load64_zero(table + ((<usize>load<u8>(codes)) << 3));
      const both = v128.load64_lane(table + ((<usize>load<u8>(codes, 1)) << 3), low, 1);
      v128.store(x, f32x4.mul(both, scale));
    }
  }
}

/** The same of a byte each: 256 floats for codes beside another, and 256 beside a victim, whose code is 128. */
export function decodeBytePairs(
  codes: usize,
  groups: i32,
  size: i32,
  table: usize,
  scales: usize,
  x: usize,
): void {
  for (let group = 0; group < groups; group++, scales += 4) {
    const scale = load<f32>(scales);
    for (let i = 0; i < size; i += 2, codes += 2, x += 8) {
      const left = <usize>load<u8>(codes);
      const right = <usize>load<u8>(codes, 1);
      store<f32>(x, load<f32>(table + ((left + (right === 128 ? 256 : 0)) << 2)) * scale);
      store<f32>(x, load<f32>(table + ((right + (left === 128 ? 256 : 0)) << 2)) * scale, 4);
    }
  }
}
