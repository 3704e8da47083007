/** Floats of 16 bits and back, eight at a time: the casts of `formats/float` to bfloat16 and half precision. */

/** Quiet NaN of a float without sign or payload, which is the only one that a cast gives. */
const NAN: i32 = 0x7fc00000;

/** bfloat16 to nearest even, infinity beyond its range. */
export function toBf16(x: usize, count: i32, to: usize): void {
  for (let i = 0; i < count; i += 8, x += 32, to += 16) {
    v128.store(to, i16x8.narrow_i32x4_u(bf16Of(v128.load(x)), bf16Of(v128.load(x, 16))));
  }
}

function bf16Of(x: v128): v128 {
  const odd = v128.and(i32x4.shr_u(x, 16), i32x4.splat(1));
  const rounded = i32x4.add(i32x4.add(x, i32x4.splat(0x7fff)), odd);
  return i32x4.shr_u(v128.bitselect(i32x4.splat(NAN), rounded, f32x4.ne(x, x)), 16);
}

/** The floats of bfloat16. */
export function fromBf16(words: usize, count: i32, x: usize): void {
  for (let i = 0; i < count; i += 8, words += 16, x += 32) {
    const word = v128.load(words);
    v128.store(x, oneNaN(i32x4.shl(i32x4.extend_low_i16x8_u(word), 16)));
    v128.store(x, oneNaN(i32x4.shl(i32x4.extend_high_i16x8_u(word), 16)), 16);
  }
}

function oneNaN(x: v128): v128 {
  return v128.bitselect(i32x4.splat(NAN), x, f32x4.ne(x, x));
}

/** Half precision to nearest even, infinity beyond its range. */
export function toHalf(x: usize, count: i32, to: usize): void {
  for (let i = 0; i < count; i += 8, x += 32, to += 16) {
    v128.store(to, i16x8.narrow_i32x4_u(halfOf(v128.load(x)), halfOf(v128.load(x, 16))));
  }
}

function halfOf(x: v128): v128 {
  const magnitude = v128.and(x, i32x4.splat(0x7fffffff));
  const odd = v128.and(i32x4.shr_u(magnitude, 13), i32x4.splat(1));
  const raised = i32x4.add(i32x4.add(magnitude, i32x4.splat(0xfff - 0x38000000)), odd);
  const normal = i32x4.min_u(i32x4.shr_u(raised, 13), i32x4.splat(0x7c00));
  // Below 2^-14 a step is 2^-24, that of float at 0.5.
  const small = v128.and(f32x4.add(magnitude, f32x4.splat(0.5)), i32x4.splat(0x7ff));
  const code = v128.bitselect(small, normal, i32x4.lt_s(magnitude, i32x4.splat(0x38800000)));
  const signed = v128.or(code, v128.and(i32x4.shr_u(x, 16), i32x4.splat(0x8000)));
  return v128.bitselect(i32x4.splat(0x7e00), signed, f32x4.ne(x, x));
}

/** The floats of half precision. */
export function fromHalf(words: usize, count: i32, x: usize): void {
  for (let i = 0; i < count; i += 8, words += 16, x += 32) {
    const word = v128.load(words);
    v128.store(x, halfValueOf(i32x4.extend_low_i16x8_u(word)));
    v128.store(x, halfValueOf(i32x4.extend_high_i16x8_u(word)), 16);
  }
}

/** Bits in the places of a float's are 2^112 times too small, subnormal ones too. */
function halfValueOf(word: v128): v128 {
  const magnitude = i32x4.shl(v128.and(word, i32x4.splat(0x7fff)), 13);
  const value = f32x4.mul(magnitude, f32x4.splat(5.192296858534828e33));
  const isLast = i32x4.ge_u(magnitude, i32x4.splat(0x0f800000));
  const sign = i32x4.shl(v128.and(word, i32x4.splat(0x8000)), 16);
  return oneNaN(v128.or(v128.or(value, v128.and(isLast, i32x4.splat(0x7f800000))), sign));
}
