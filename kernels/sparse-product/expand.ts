/** Moves packed values to the places that a bitmap names. */

/** Bytes of the table of shuffles for values of two bytes: one of 16 bytes for each byte of a bitmap. */
const PAIRS_BYTES: usize = 256 * 16;

/**
 * Writes the shuffles for all bytes of a bitmap: first those of eight values of two bytes, then those of eight bytes.
 * Places without a value take 128, for which a shuffle gives 0.
 */
export function writeShuffles(table: usize): void {
  for (let bits = 0; bits < 256; bits++) {
    const pairs = table + ((<usize>bits) << 4);
    const bytes = table + PAIRS_BYTES + ((<usize>bits) << 3);
    let next = 0;
    for (let place = 0; place < 8; place++) {
      const isSet = (bits >> place) & 1;
      store<u8>(pairs + ((<usize>place) << 1), isSet ? next << 1 : 128);
      store<u8>(pairs + ((<usize>place) << 1), isSet ? (next << 1) + 1 : 128, 1);
      store<u8>(bytes + place, isSet ? next : 128);
      next += isSet;
    }
  }
}

/** Eight values of two bytes by the byte `at` of a bitmap. */
export function eightPairs(table: usize, bits: u32, values: usize): v128 {
  return i8x16.swizzle(v128.load(values), v128.load(table + ((<usize>(bits & 255)) << 4)));
}

/** Sixteen bytes by 16 bits of a bitmap: the shuffle of the upper half begins behind the values of the lower. */
export function sixteenBytes(table: usize, bits: u32, values: usize): v128 {
  const bytes = table + PAIRS_BYTES;
  const low = v128.load64_zero(bytes + ((<usize>(bits & 255)) << 3));
  const high = v128.load64_splat(bytes + ((<usize>((bits >> 8) & 255)) << 3));
  const behind = i8x16.add(high, i8x16.splat(<i8>popcnt(bits & 255)));
  return i8x16.swizzle(v128.load(values), v128.shuffle<i64>(low, behind, 0, 3));
}
