import {storeLevels} from "../shared/levels";
import {nibblesOf, storeFound} from "../shared/look-up";

/** Codes of `bits` bits, lowest bit first, as bytes; `count` is a multiple of 8, whose codes fill `bits` whole bytes. */
export function unpackCodes(from: usize, bits: i32, count: i32, to: usize): void {
  const mask = ((<u64>1) << bits) - 1;
  for (let i = 0; i < count; i += 8, from += bits, to += 8) {
    let run = load<u64>(from);
    for (let j: usize = 0; j < 8; j++, run >>= bits) store<u8>(to + j, <u8>(run & mask));
  }
}

/** Adds such codes to bytes, from bit `shift` of each on: one of two streams that hold parts of codes. */
export function addField(from: usize, shift: i32, bits: i32, count: i32, to: usize): void {
  const mask = ((<u64>1) << bits) - 1;
  for (let i = 0; i < count; i += 8, from += bits, to += 8) {
    const run = load<u64>(from);
    let added: u64 = 0;
    for (let j = 0; j < 8; j++) added |= ((run >> (j * bits)) & mask) << (j << 3);
    store<u64>(to, load<u64>(to) | (added << shift));
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
        found = nibblesOf(v128.load64_zero(codes));
        codes += 8;
      } else {
        found = v128.load(codes);
        codes += 16;
      }
      storeFound(found, table, scale, x);
    }
  }
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
