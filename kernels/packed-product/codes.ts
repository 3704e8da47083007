/**
 * Reads a stored matrix. A row is a run of steps of 16 bytes of codes, a step 128 / bits elements in parts of 16: part p of
 * 4-bit codes is nibble p of every byte. Codes of 2 and 4 bits are places in a table of 16 levels, bytes are levels themselves.
 */

/** Fields of a stored matrix, four bytes each. */
const CODES: usize = 0;
/** Tables of 16 levels, one after the other. */
const TABLES: usize = 4;
/** The table of each group, a byte each; 0 where all have the first. */
export const TABLE_OF: usize = 8;
/** Places of the groups' scales in those at SCALES, 1 or 2 bytes each; 0 where there is a scale for each group. */
const PLACES: usize = 12;
const SCALES: usize = 16;
const PLACE_BYTES: usize = 20;
export const BITS: usize = 24;
/** Elements of a group: 16 where codes have 4 bits, else whole steps and at least 32. */
export const GROUP: usize = 28;
/** Groups of a row, an even number where a group is 16. */
export const GROUPS: usize = 32;
/** Steps of a row. */
const STEPS: usize = 36;
export const MATRIX_ROWS: usize = 40;
/** 1 where levels are signed bytes; 0 where tables hold levels from 0 to 127, as products of bytes want them. */
export const IS_SIGNED: usize = 44;

/** Bytes of a step. */
export const STEP: usize = 16;
/** Elements that share a scale of 8-bit activations. */
export const UNIT: i32 = 32;

/** Steps of a row. */
export function stepsOf(w: usize): i32 {
  return load<i32>(w, STEPS);
}

/** Units of a row. */
export function unitsOf(w: usize): i32 {
  return (load<i32>(w, STEPS) << 2) / load<i32>(w, BITS);
}

/** Parts of a row with a scale of their own for the products: units, or their halves where a group is 16. */
export function partsOf(w: usize): i32 {
  return load<i32>(w, GROUP) === 16 ? unitsOf(w) << 1 : unitsOf(w);
}

/** The codes of a row. */
export function codesOf(w: usize, row: i32): usize {
  return load<usize>(w, CODES) + <usize>row * load<i32>(w, STEPS) * STEP;
}

/** Bytes of a group's place among the scales; 0 where each group has its own. */
export function placeBytesOf(w: usize): i32 {
  return load<i32>(w, PLACE_BYTES);
}

export function placesOf(w: usize): usize {
  return load<usize>(w, PLACES);
}

export function scalesOf(w: usize): usize {
  return load<usize>(w, SCALES);
}

/** The scale of group `at` in four lanes, from what the functions above give. */
export function scaleAt(scales: usize, places: usize, placeBytes: i32, at: i32): v128 {
  let place = <usize>at;
  if (placeBytes === 2) place = load<u16>(places + ((<usize>at) << 1));
  else if (placeBytes === 1) place = load<u8>(places + at);
  return v128.load32_splat(scales + (place << 2));
}

/** The table of group `at`. */
export function tableAt(w: usize, at: i32): v128 {
  const tableOf = load<usize>(w, TABLE_OF);
  const table = tableOf === 0 ? 0 : (<usize>load<u8>(tableOf + at)) << 4;
  return v128.load(load<usize>(w, TABLES) + table);
}

/** Writes the scale of each part of a row, `stride` bytes apart. */
export function storeScales(w: usize, row: i32, to: usize, stride: usize): void {
  const repeats = max(load<i32>(w, GROUP) / UNIT, 1);
  const first = row * load<i32>(w, GROUPS);
  for (let at = first; at < first + load<i32>(w, GROUPS); at++) {
    const scale = scaleAt(scalesOf(w), placesOf(w), placeBytesOf(w), at);
    for (let n = 0; n < repeats; n++, to += stride) v128.store32_lane(to, scale, 0);
  }
}

/** Levels of 4-bit codes: those of the low nibbles, and of the high ones. */
export function lowLevels(v: v128, table: v128): v128 {
  return lookUp(table, v128.and(v, i8x16.splat(15)));
}

export function highLevels(v: v128, table: v128): v128 {
  return lookUp(table, v128.and(i16x8.shr_u(v, 4), i8x16.splat(15)));
}

/** Levels of part 0 to 3 of 2-bit codes. */
export function quarterLevels(v: v128, part: i32, table: v128): v128 {
  return lookUp(table, v128.and(i16x8.shr_u(v, part << 1), i8x16.splat(3)));
}

function lookUp(table: v128, codes: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? i8x16.relaxed_swizzle(table, codes) : i8x16.swizzle(table, codes);
}
