import {storeLevels} from "../shared/levels";

/** Codes of `bits` bits, lowest bit first, as bytes; `count` is a multiple of 8, whose codes fill `bits` whole bytes. */
export function unpackCodes(from: usize, bits: i32, count: i32, to: usize): void {
  const mask = ((<u64>1) << bits) - 1;
  for (let i = 0; i < count; i += 8, from += bits, to += 8) {
    let run = load<u64>(from);
    for (let j: usize = 0; j < 8; j++, run >>= bits) store<u8>(to + j, <u8>(run & mask));
  }
}

/**
 * Values of bytes below 16, or of nibbles: that of the code times the scale of the group.
 * @param table byte 0 of each of 16 floats, then bytes 1, 2 and 3
 */
export function decodeFew(
  codes: usize,
  groups: i32,
  size: i32,
  table: usize,
  scales: usize,
  x: usize,
  areNibbles: i32,
): void {
  for (let group = 0; group < groups; group++, scales += 4) {
    const scale = v128.load32_splat(scales);
    for (let i = 0; i < size; i += 16, x += 64) {
      let found: v128;
      if (areNibbles) {
        found = nibbles(v128.load64_zero(codes));
        codes += 8;
      } else {
        found = v128.load(codes);
        codes += 16;
      }
      storeFound(found, table, scale, x);
    }
  }
}

/** Sixteen codes, the first of two in the low nibble. */
function nibbles(v: v128): v128 {
  const low = v128.and(v, i8x16.splat(15));
  const high = v128.and(i16x8.shr_u(v, 4), i8x16.splat(15));
  return v128.shuffle<i8>(low, high, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}

/** Four look-ups give the bytes of 16 floats, which then go side by side. */
function storeFound(codes: v128, table: usize, scale: v128, x: usize): void {
  const a = i8x16.swizzle(v128.load(table), codes);
  const b = i8x16.swizzle(v128.load(table, 16), codes);
  const c = i8x16.swizzle(v128.load(table, 32), codes);
  const d = i8x16.swizzle(v128.load(table, 48), codes);
  const abLow = v128.shuffle<i8>(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  const abHigh = v128.shuffle<i8>(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
  const cdLow = v128.shuffle<i8>(c, d, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  const cdHigh = v128.shuffle<i8>(c, d, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
  v128.store(x, f32x4.mul(v128.shuffle<i16>(abLow, cdLow, 0, 8, 1, 9, 2, 10, 3, 11), scale));
  v128.store(x, f32x4.mul(v128.shuffle<i16>(abLow, cdLow, 4, 12, 5, 13, 6, 14, 7, 15), scale), 16);
  v128.store(x, f32x4.mul(v128.shuffle<i16>(abHigh, cdHigh, 0, 8, 1, 9, 2, 10, 3, 11), scale), 32);
  v128.store(x, f32x4.mul(v128.shuffle<i16>(abHigh, cdHigh, 4, 12, 5, 13, 6, 14, 7, 15), scale), 48);
}

/** Values of bytes by a table of 256 floats. */
export function decodeBytes(
  codes: usize,
  groups: i32,
  size: i32,
  table: usize,
  scales: usize,
  x: usize,
): void {
  for (let group = 0; group < groups; group++, scales += 4) {
    const scale = load<f32>(scales);
    for (let i = 0; i < size; i += 4, codes += 4, x += 16) {
      store<f32>(x, load<f32>(table + ((<usize>load<u8>(codes)) << 2)) * scale);
      store<f32>(x, load<f32>(table + ((<usize>load<u8>(codes, 1)) << 2)) * scale, 4);
      store<f32>(x, load<f32>(table + ((<usize>load<u8>(codes, 2)) << 2)) * scale, 8);
      store<f32>(x, load<f32>(table + ((<usize>load<u8>(codes, 3)) << 2)) * scale, 12);
    }
  }
}

/** Values of signed bytes that are integers themselves. */
export function decodeIntegers(codes: usize, groups: i32, size: i32, scales: usize, x: usize): void {
  for (let group = 0; group < groups; group++, scales += 4) {
    const scale = v128.load32_splat(scales);
    for (let i = 0; i < size; i += 16, codes += 16, x += 64) storeLevels(v128.load(codes), scale, x);
  }
}
