/**
 * Codes of x over the scale of its group, a byte each: a quotient's code stands in a table at the upper half of its bits
 * and whether the lower half holds anything, which is all that rounding to few bits depends on. Zeros stay zeros over a
 * scale of 0. `size` is a multiple of 4.
 */
export function castCodes(x: usize, groups: i32, size: i32, scales: usize, table: usize, codes: usize): void {
  for (let group = 0; group < groups; group++, scales += 4) {
    const scale = v128.load32_splat(scales);
    for (let i = 0; i < size; i += 4, x += 16, codes += 4) {
      const value = v128.load(x);
      const isZero = f32x4.eq(value, f32x4.splat(0));
      const at = placesOf(v128.bitselect(value, f32x4.div(value, scale), isZero));
      store<u8>(codes, load<u8>(table + i32x4.extract_lane(at, 0)));
      store<u8>(codes, load<u8>(table + i32x4.extract_lane(at, 1)), 1);
      store<u8>(codes, load<u8>(table + i32x4.extract_lane(at, 2)), 2);
      store<u8>(codes, load<u8>(table + i32x4.extract_lane(at, 3)), 3);
    }
  }
}

/** Places of four floats in the table of casts. */
function placesOf(q: v128): v128 {
  const upper = v128.and(i32x4.shr_u(q, 15), i32x4.splat(0x1fffe));
  const isExact = i32x4.eq(v128.and(q, i32x4.splat(0xffff)), i32x4.splat(0));
  return v128.or(upper, v128.andnot(i32x4.splat(1), isExact));
}

/** Place of one float. */
export function placeOf(q: f32): usize {
  const bits = reinterpret<u32>(q);
  return ((bits >>> 15) & 0x1fffe) | ((bits & 0xffff) === 0 ? 0 : 1);
}

/** Bytes as codes of `bits` bits, lowest bit first; `count` is a multiple of 8. */
export function packCodes(from: usize, bits: i32, count: i32, to: usize): void {
  packField(from, 0, bits, count, to);
}

/** The same of `bits` bits from bit `shift` of each byte on. */
export function packField(from: usize, shift: i32, bits: i32, count: i32, to: usize): void {
  const mask = ((<u64>1) << bits) - 1;
  for (let i = 0; i < count; i += 8, from += 8, to += bits) {
    const run = load<u64>(from) >> shift;
    let packed: u64 = 0;
    for (let j = 0; j < 8; j++) packed |= ((run >> (j << 3)) & mask) << (j * bits);
    // What is written behind the last code is written over, or lies in room.
    store<u64>(to, packed);
  }
}
