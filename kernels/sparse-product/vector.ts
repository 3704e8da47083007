/** One row of x times sparse tiles, each expanded on its way into the product. */
import {eightPairs, sixteenBytes} from "./expand";

/** Rows of a tile. */
const ROWS: usize = 16;
/** Bytes of a tile's sums: 16 outputs. */
const SUMS: usize = 64;

/** The column of tile `tile`: pairs of columns stand side by side where `isPaired`. */
function columnOf(tile: i32, rows: i32, isPaired: i32): i32 {
  if (!isPaired) return tile / rows;
  return ((tile / (2 * rows)) << 1) + (tile & 1);
}

function rowOf(tile: i32, rows: i32, isPaired: i32): i32 {
  return isPaired ? (tile >> 1) % rows : tile % rows;
}

/**
 * y [16 · columns] += W x of bfloat16.
 * @param map bitmaps of all tiles in packed order, 16 words each
 * @param values behind the last of which 16 bytes can be read
 * @param x [32 · rows] in float32, zeros behind its end
 */
export function vectorBf16(
  table: usize,
  map: usize,
  values: usize,
  x: usize,
  y: usize,
  columns: i32,
  rows: i32,
  isPaired: i32,
): void {
  for (let tile = 0; tile < columns * rows; tile++, map += 64) {
    const to = y + <usize>columnOf(tile, rows, isPaired) * SUMS;
    let input = x + ((<usize>rowOf(tile, rows, isPaired)) << 7);
    let a = v128.load(to);
    let b = v128.load(to, 16);
    let c = v128.load(to, 32);
    let d = v128.load(to, 48);
    for (let row: usize = 0; row < ROWS; row++, input += 8) {
      const word = load<u32>(map + (row << 2));
      const even = v128.load32_splat(input);
      const odd = v128.load32_splat(input, 4);
      a = addPairs(a, eightPairs(table, word, values), even, odd);
      let from = values + ((<usize>popcnt(word & 0xff)) << 1);
      b = addPairs(b, eightPairs(table, word >> 8, from), even, odd);
      from = values + ((<usize>popcnt(word & 0xffff)) << 1);
      c = addPairs(c, eightPairs(table, word >> 16, from), even, odd);
      from = values + ((<usize>popcnt(word & 0xffffff)) << 1);
      d = addPairs(d, eightPairs(table, word >> 24, from), even, odd);
      values += (<usize>popcnt(word)) << 1;
    }
    v128.store(to, a);
    v128.store(to, b, 16);
    v128.store(to, c, 32);
    v128.store(to, d, 48);
  }
}

/** Adds the products of four outputs with two inputs: those of the lower halves of their lanes, and of the upper. */
function addPairs(sum: v128, pairs: v128, even: v128, odd: v128): v128 {
  const low = f32x4.mul(i32x4.shl(pairs, 16), even);
  const high = f32x4.mul(v128.and(pairs, i32x4.splat(0xffff0000)), odd);
  return f32x4.add(sum, f32x4.add(low, high));
}

/**
 * y [16 · columns], whole numbers, += W q of int8.
 * @param room for the sums of all outputs, two lanes each: 128 bytes a column, zeros
 * @param q [64 · rows] as numbers of 16 bits, each four twice: 16 bytes for four inputs
 */
export function vectorInt8(
  table: usize,
  map: usize,
  values: usize,
  q: usize,
  y: usize,
  room: usize,
  columns: i32,
  rows: i32,
  isPaired: i32,
): void {
  for (let tile = 0; tile < columns * rows; tile++, map += 128) {
    const to = room + ((<usize>columnOf(tile, rows, isPaired)) << 7);
    let input = q + ((<usize>rowOf(tile, rows, isPaired)) << 8);
    for (let row: usize = 0; row < ROWS; row++, input += 16) {
      const word = load<u64>(map + (row << 3));
      const four = v128.load(input);
      addFours(to, sixteenBytes(table, <u32>word, values), four);
      let from = values + <usize>popcnt(word & 0xffff);
      addFours(to + 32, sixteenBytes(table, <u32>(word >> 16), from), four);
      from = values + <usize>popcnt(word & 0xffffffff);
      addFours(to + 64, sixteenBytes(table, <u32>(word >> 32), from), four);
      from = values + <usize>popcnt(word & 0xffffffffffff);
      addFours(to + 96, sixteenBytes(table, <u32>(word >> 48), from), four);
      values += <usize>popcnt(word);
    }
  }
  for (const end = room + ((<usize>columns) << 7); room < end; room += 32, y += 16) {
    const first = v128.load(room);
    const second = v128.load(room, 16);
    const sums = i32x4.add(
      v128.shuffle<i32>(first, second, 0, 2, 4, 6),
      v128.shuffle<i32>(first, second, 1, 3, 5, 7),
    );
    v128.store(y, sums);
  }
}

/** Adds the products of four outputs with four inputs, two lanes an output. */
function addFours(to: usize, codes: v128, four: v128): void {
  const low = i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_s(codes), four);
  const high = i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_s(codes), four);
  v128.store(to, i32x4.add(v128.load(to), low));
  v128.store(to, i32x4.add(v128.load(to, 16), high), 16);
}
