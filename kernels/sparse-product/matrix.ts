/** Rows of x times sparse tiles of bfloat16: a column of 16 outputs is expanded to two panels, which all rows of x read. */
import {panelProduct} from "../matmul/matmul";
import {eightPairs} from "./expand";

/** Bytes of a panel's input: eight outputs. */
const PANEL: usize = 32;

/**
 * y [rowsOfX, 16 · columns] = X W^T.
 * @param starts where the values of each tile begin, counted in values
 * @param x rows of 32 · rows inputs in float32, zeros behind their end
 * @param room for two panels: 64 bytes an input
 * @param zeros eight of them, the bias of a panel
 */
export function matrixBf16(
  table: usize,
  map: usize,
  values: usize,
  starts: usize,
  x: usize,
  y: usize,
  room: usize,
  zeros: usize,
  rowsOfX: i32,
  columns: i32,
  rows: i32,
  isPaired: i32,
): void {
  const inputs = rows << 5;
  const second = room + <usize>inputs * PANEL;
  for (let column = 0; column < columns; column++) {
    const first = isPaired ? (column >> 1) * 2 * rows + (column & 1) : column * rows;
    for (let row = 0; row < rows; row++) {
      const tile = <usize>(first + (isPaired ? row << 1 : row));
      const from = values + ((<usize>load<u32>(starts + (tile << 2))) << 1);
      expandTile(table, map + (tile << 6), from, room + ((<usize>row) << 10), second + ((<usize>row) << 10));
    }
    const to = y + ((<usize>column) << 6);
    panelProduct(x, room, zeros, to, rowsOfX, inputs, columns << 4);
    panelProduct(x, second, zeros, to + PANEL, rowsOfX, inputs, columns << 4);
  }
}

/** Writes a tile's 32 inputs to both panels. */
function expandTile(table: usize, map: usize, values: usize, low: usize, high: usize): void {
  for (const end = map + 64; map < end; map += 4, low += 2 * PANEL, high += 2 * PANEL) {
    const word = load<u32>(map);
    storePairs(eightPairs(table, word, values), low);
    let from = values + ((<usize>popcnt(word & 0xff)) << 1);
    storePairs(eightPairs(table, word >> 8, from), low + 16);
    from = values + ((<usize>popcnt(word & 0xffff)) << 1);
    storePairs(eightPairs(table, word >> 16, from), high);
    from = values + ((<usize>popcnt(word & 0xffffff)) << 1);
    storePairs(eightPairs(table, word >> 24, from), high + 16);
    values += (<usize>popcnt(word)) << 1;
  }
}

/** Four outputs of two inputs, a panel's input apart. */
function storePairs(pairs: v128, to: usize): void {
  v128.store(to, i32x4.shl(pairs, 16));
  v128.store(to, v128.and(pairs, i32x4.splat(0xffff0000)), 32);
}
