/**
 * Reads codes of weights. A row is a run of steps of 16 bytes, a step 128 / bits elements in parts of 16: part p of 4-bit
 * codes is nibble p of every byte. Codes of 2 and 4 bits are places in a table of 16 levels, bytes are levels themselves.
 */

/** Fields of a stored matrix, four bytes each. */
export const CODES: usize = 0;
/** Tables of 16 levels, one after the other. */
export const TABLES: usize = 4;
/** The table of each group, a byte each; 0 where all have the first. */
export const TABLE_OF: usize = 8;
/** Places of the groups' scales in those at SCALES, 1 or 2 bytes each; 0 where there is a scale for each group. */
export const PLACES: usize = 12;
export const SCALES: usize = 16;
export const PLACE_BYTES: usize = 20;
export const BITS: usize = 24;
/** Elements of a group: 16 where codes have 4 bits, else whole steps and at least 32. */
export const GROUP: usize = 28;
/** Groups of a row, an even number where a group is 16. */
export const GROUPS: usize = 32;
/** Steps of a row. */
export const STEPS: usize = 36;
export const MATRIX_ROWS: usize = 40;

/** The scale of group `at`, in four lanes. */
export function scaleAt(w: usize, at: i32): v128 {
  const scales = load<usize>(w, SCALES);
  const places = load<usize>(w, PLACES);
  const bytes = load<i32>(w, PLACE_BYTES);
  if (bytes === 2) return v128.load32_splat(scales + ((<usize>load<u16>(places + ((<usize>at) << 1))) << 2));
  if (bytes === 1) return v128.load32_splat(scales + ((<usize>load<u8>(places + at)) << 2));
  return v128.load32_splat(scales + ((<usize>at) << 2));
}

/** The table of group `at`. */
export function tableAt(w: usize, at: i32): v128 {
  const tableOf = load<usize>(w, TABLE_OF);
  const table = tableOf === 0 ? 0 : (<usize>load<u8>(tableOf + at)) << 4;
  return v128.load(load<usize>(w, TABLES) + table);
}

/** Levels of 4-bit codes: those of the low nibbles, and of the high ones. */
export function lowLevels(v: v128, table: v128): v128 {
  return i8x16.swizzle(table, v128.and(v, i8x16.splat(15)));
}

export function highLevels(v: v128, table: v128): v128 {
  return i8x16.swizzle(table, v128.and(i16x8.shr_u(v, 4), i8x16.splat(15)));
}

/** Levels of part 0 to 3 of 2-bit codes. */
export function quarterLevels(v: v128, part: i32, table: v128): v128 {
  return i8x16.swizzle(table, v128.and(i16x8.shr_u(v, part << 1), i8x16.splat(3)));
}
