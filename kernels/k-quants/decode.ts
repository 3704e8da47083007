/** The floats of super-blocks of 256 elements, 32 at a time, value for value as `formats/ggml/k-quants` unpacks them. */
import {halfValue} from "../shared/half";
import {storeAbove, storeLevels} from "../shared/levels";

/** Q2_K, 84 bytes: scale and minimum of each 16 are 4-bit codes. */
export function decodeQ2K(bytes: usize, blocks: i32, x: usize): void {
  for (let n = 0; n < blocks; n++, bytes += 84) {
    const d = halfValue(load<u16>(bytes + 80));
    const dmin = halfValue(load<u16>(bytes + 82));
    for (let group: usize = 0; group < 16; group++, x += 64) {
      const code = <u32>load<u8>(bytes + group);
      const least = f32x4.splat(-dmin * <f32>(code >> 4));
      storeAbove(twoBits(bytes + 16, group), f32x4.splat(d * <f32>(code & 15)), least, x);
    }
  }
}

/** Q3_K, 110 bytes: the scale of each 16 is a signed 6-bit code; a bit that is missing takes 4 off. */
export function decodeQ3K(bytes: usize, blocks: i32, x: usize): void {
  for (let n = 0; n < blocks; n++, bytes += 110) {
    const d = halfValue(load<u16>(bytes + 108));
    for (let group: usize = 0; group < 16; group++, x += 64) {
      const low = load<u8>(bytes + 96 + (group & 7)) >> <u8>(group < 8 ? 0 : 4);
      const high = load<u8>(bytes + 104 + (group & 3)) >> <u8>((group >> 2) << 1);
      const scale = (low & 15) | ((high & 3) << 4);
      const bit = i8x16.shr_u(v128.load(bytes + ((group & 1) << 4)), <i32>(group >> 1));
      const missing = i8x16.sub(i8x16.splat(1), v128.and(bit, i8x16.splat(1)));
      const level = i8x16.sub(twoBits(bytes + 32, group), i16x8.shl(missing, 2));
      storeLevels(level, f32x4.splat(d * <f32>(<i32>scale - 32)), x);
    }
  }
}

/** The 2-bit codes of 16 elements: of each 128, run r stands at bit 2 r of 32 bytes. */
function twoBits(codes: usize, group: usize): v128 {
  const v = v128.load(codes + ((group >> 3) << 5) + ((group & 1) << 4));
  return v128.and(i16x8.shr_u(v, <i32>(((group >> 1) & 3) << 1)), i8x16.splat(3));
}

/** Q4_K, 144 bytes: scale and minimum of each 32 are 6-bit codes. */
export function decodeQ4K(bytes: usize, blocks: i32, x: usize): void {
  for (let n = 0; n < blocks; n++, bytes += 144, x += 1024) sixBits(bytes, bytes + 16, 0, x);
}

/** Q5_K, 176 bytes: the same with a fifth bit, that of run r at bit r of 32 bytes. */
export function decodeQ5K(bytes: usize, blocks: i32, x: usize): void {
  for (let n = 0; n < blocks; n++, bytes += 176, x += 1024) sixBits(bytes, bytes + 48, bytes + 16, x);
}

/** A super-block of nibbles, with fifth bits at `fifths` unless it is 0. */
function sixBits(bytes: usize, codes: usize, fifths: usize, x: usize): void {
  const d = halfValue(load<u16>(bytes));
  const dmin = halfValue(load<u16>(bytes + 2));
  for (let j: usize = 0; j < 8; j++) {
    const at = bytes + 4 + j;
    const scale: u32 = j < 4 ? load<u8>(at) & 63 : (load<u8>(at + 4) & 15) | ((load<u8>(at - 4) >> 6) << 4);
    const minimum: u32 = j < 4 ? load<u8>(at + 4) & 63 : (load<u8>(at + 4) >> 4) | ((load<u8>(at) >> 6) << 4);
    const from = codes + 32 * (j >> 1);
    const least = f32x4.splat(-dmin * <f32>minimum);
    for (let i: usize = 0; i < 32; i += 16, x += 64) {
      let level = v128.and(i16x8.shr_u(v128.load(from + i), j & 1 ? 4 : 0), i8x16.splat(15));
      if (fifths !== 0) {
        const fifth = v128.and(i16x8.shr_u(v128.load(fifths + i), <i32>j), i8x16.splat(1));
        level = v128.or(level, i16x8.shl(fifth, 4));
      }
      storeAbove(level, f32x4.splat(d * <f32>scale), least, x);
    }
  }
}

/** Q6_K, 210 bytes: the scale of each 16 is a signed byte. */
export function decodeQ6K(bytes: usize, blocks: i32, x: usize): void {
  for (let n = 0; n < blocks; n++, bytes += 210) {
    const d = halfValue(load<u16>(bytes + 208));
    for (let group: usize = 0; group < 16; group++, x += 64) {
      const e = group << 4;
      const lows = v128.load(bytes + 64 * (e >> 7) + (e & 63));
      const low = v128.and(i16x8.shr_u(lows, e & 64 ? 4 : 0), i8x16.splat(15));
      const level = i8x16.sub(v128.or(low, i16x8.shl(twoBits(bytes + 128, group), 4)), i8x16.splat(32));
      storeLevels(level, f32x4.splat(d * <f32>load<i8>(bytes + 192 + group)), x);
    }
  }
}
