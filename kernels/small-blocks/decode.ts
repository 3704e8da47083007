/** The floats of ggml's small blocks. */
import {halfValue} from "../shared/half";
import {storeAbove, storeLevels} from "../shared/levels";

/** Bytes of 32 floats. */
const BLOCK: usize = 128;

/** Blocks of 16 bytes of codes behind a half-precision scale and, from `hasMinimum` on, a minimum. */
export function decodeNibbles(bytes: usize, blocks: i32, x: usize, table: usize, hasMinimum: i32): void {
  const levels = v128.load(table);
  const head: usize = hasMinimum ? 4 : 2;
  for (let n = 0; n < blocks; n++, bytes += 16 + head, x += BLOCK) {
    const v = v128.load(bytes + head);
    const scale = f32x4.splat(halfValue(load<u16>(bytes)));
    const low = i8x16.swizzle(levels, v128.and(v, i8x16.splat(15)));
    const high = i8x16.swizzle(levels, v128.and(i16x8.shr_u(v, 4), i8x16.splat(15)));
    if (hasMinimum) {
      const minimum = f32x4.splat(halfValue(load<u16>(bytes + 2)));
      storeAbove(low, scale, minimum, x);
      storeAbove(high, scale, minimum, x + 64);
    } else {
      storeLevels(low, scale, x);
      storeLevels(high, scale, x + 64);
    }
  }
}

/** Signed bytes behind a half-precision scale. */
export function decodeBytes(bytes: usize, blocks: i32, x: usize): void {
  for (let n = 0; n < blocks; n++, bytes += 34, x += BLOCK) {
    const scale = f32x4.splat(halfValue(load<u16>(bytes)));
    storeLevels(v128.load(bytes + 2), scale, x);
    storeLevels(v128.load(bytes + 18), scale, x + 64);
  }
}

/** Half levels of E2M1 at `table` under one power of two. */
export function decodeMx4(bytes: usize, blocks: i32, x: usize, table: usize): void {
  const levels = v128.load(table);
  for (let n = 0; n < blocks; n++, bytes += 17, x += BLOCK) {
    const byte = <u32>load<u8>(bytes);
    // 2^(byte - 128), below 2^-126 a subnormal number.
    const scale = f32x4.splat(reinterpret<f32>(byte > 1 ? (byte - 1) << 23 : (<u32>0x200000) << byte));
    const v = v128.load(bytes + 1);
    storeLevels(i8x16.swizzle(levels, v128.and(v, i8x16.splat(15))), scale, x);
    storeLevels(i8x16.swizzle(levels, v128.and(i16x8.shr_u(v, 4), i8x16.splat(15))), scale, x + 64);
  }
}

/** Four groups of 16 half levels, each under one of the 256 scales at `scales`. */
export function decodeNv4(bytes: usize, blocks: i32, x: usize, table: usize, scales: usize): void {
  const levels = v128.load(table);
  for (let n = 0; n < blocks; n++, bytes += 36) {
    for (let group: usize = 0; group < 4; group++, x += 64) {
      const scale = v128.load32_splat(scales + ((<usize>load<u8>(bytes + group)) << 2));
      const v = v128.load64_zero(bytes + 4 + (group << 3));
      const nibbles = v128.shuffle<i64>(
        v128.and(v, i8x16.splat(15)),
        v128.and(i16x8.shr_u(v, 4), i8x16.splat(15)),
        0,
        2,
      );
      storeLevels(i8x16.swizzle(levels, nibbles), scale, x);
    }
  }
}

/** Codes of five bits behind a half-precision scale and, where `hasMinimum`, a minimum: 32 fifth bits, then nibbles. */
export function decodeFives(bytes: usize, blocks: i32, x: usize, hasMinimum: i32): void {
  const head: usize = hasMinimum ? 4 : 2;
  for (let n = 0; n < blocks; n++, bytes += 20 + head, x += BLOCK) {
    const scale = f32x4.splat(halfValue(load<u16>(bytes)));
    const v = v128.load(bytes + head + 4);
    const low = v128.or(v128.and(v, i8x16.splat(15)), fifthBits(load<u16>(bytes + head)));
    const high = v128.or(
      v128.and(i16x8.shr_u(v, 4), i8x16.splat(15)),
      fifthBits(load<u16>(bytes + head + 2)),
    );
    if (hasMinimum) {
      const minimum = f32x4.splat(halfValue(load<u16>(bytes + 2)));
      storeAbove(low, scale, minimum, x);
      storeAbove(high, scale, minimum, x + 64);
    } else {
      storeLevels(i8x16.sub(low, i8x16.splat(16)), scale, x);
      storeLevels(i8x16.sub(high, i8x16.splat(16)), scale, x + 64);
    }
  }
}

/** Sixteen bits as 0 or 16 in a byte each. */
function fifthBits(bits: i32): v128 {
  const mask = i8x16(1, 2, 4, 8, 16, 32, 64, -128, 1, 2, 4, 8, 16, 32, 64, -128);
  const spread = i8x16.swizzle(i16x8.splat(<i16>bits), i8x16(0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1));
  return v128.and(i8x16.eq(v128.and(spread, mask), mask), i8x16.splat(16));
}
