import type {GroupedLevels} from "../../formats/grouped-levels.js";
import {roundHalfEven} from "../../formats/round.js";
import {requireInteger} from "../../tensor/require.js";

/** Inputs of a table. */
export const TABLE_INPUTS = 4;
/** Entries of a table. */
export const TABLE_ENTRIES = 16;
/** Rows that a look-up serves. */
export const BLOCK_ROWS = 16;

/** A matrix as a product by tables reads it: rows filled up to whole blocks. */
export interface TableMatrix {
  readonly rows: number;
  readonly columns: number;
  readonly bits: number;
  /** Inputs under one scale. */
  readonly size: number;
  readonly groups: number;
  readonly blocks: number;
  /** Weight of a group's sum of inputs that is taken from its result: 1 for integers, 0 for odd ones. */
  readonly zero: 0 | 1;
  /** [block, group, bit, pair of tables, row]: indices of two tables, the first in the low half. */
  readonly codes: Uint8Array;
  /** [block, group, row]: of odd integers. */
  readonly scales: Float32Array;
}

/** Codes of levels, and whether these are odd integers, whose bits mean 1 and -1 without a zero point. */
function codesOf(levels: Int8Array, bits: number): {codes: Uint8Array; zero: 0 | 1} {
  const isOdd = levels.every((level) => level % 2 !== 0);
  const codes = Uint8Array.from(levels, (level) =>
    isOdd ? (level + 2 ** bits - 1) / 2 : level + 2 ** (bits - 1),
  );
  return {codes, zero: isOdd ? 0 : 1};
}

/**
 * Packs levels of 1 to 4 bits for products by tables: odd integers as they are, others as odd ones of half the scale.
 * @throws RangeError if `bits` is no integer from 1 to 4, a level does not fit, there are offsets, or groups are no
 * multiple of 8 that divides the columns.
 */
export function tableMatrix(matrix: GroupedLevels, bits: number): TableMatrix {
  requireInteger("tableMatrix", "bits", bits, 1, 4);
  const {rows, columns, size, levels, offsets} = matrix;
  if (offsets !== null || size % 8 !== 0 || columns % size !== 0) {
    throw new RangeError(
      `tableMatrix: groups must have no offsets and a multiple of 8 inputs that divides ${columns}, got ${size}${offsets === null ? "" : " with offsets"}`,
    );
  }
  const {codes, zero} = codesOf(levels, bits);
  if (codes.some((code) => code >= 2 ** bits)) {
    throw new RangeError(`tableMatrix: levels must fit into ${bits} bits, got others`);
  }
  const [groups, blocks] = [columns / size, Math.ceil(rows / BLOCK_ROWS)];
  const shape = {rows, columns, bits, size, groups, blocks, zero};
  return {...shape, codes: packIndices(codes, shape), scales: packScales(matrix.scales, shape)};
}

type Shape = Omit<TableMatrix, "codes" | "scales">;

/** Place of a byte of codes: that of row and column, in a plane. */
function placeOf({bits, size, groups}: Shape, row: number, column: number, bit: number): number {
  const [block, group] = [Math.floor(row / BLOCK_ROWS), Math.floor(column / size)];
  const pairs = size / (2 * TABLE_INPUTS);
  const pair = Math.floor((column % size) / (2 * TABLE_INPUTS));
  return (((block * groups + group) * bits + bit) * pairs + pair) * BLOCK_ROWS + (row % BLOCK_ROWS);
}

function packIndices(codes: Uint8Array, shape: Shape): Uint8Array {
  const {rows, columns, bits, blocks} = shape;
  const packed = new Uint8Array((blocks * BLOCK_ROWS * columns * bits) / (2 * TABLE_INPUTS));
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const code = codes[row * columns + column];
      for (let bit = 0; bit < bits; bit++) {
        const at = placeOf(shape, row, column, bit);
        packed[at] = packed[at] | (((code >> bit) & 1) << (column % (2 * TABLE_INPUTS)));
      }
    }
  }
  return packed;
}

function packScales(scales: Float32Array, {rows, groups, blocks, zero}: Shape): Float32Array {
  const packed = new Float32Array(blocks * groups * BLOCK_ROWS);
  for (let row = 0; row < rows; row++) {
    for (let group = 0; group < groups; group++) {
      const at = (Math.floor(row / BLOCK_ROWS) * groups + group) * BLOCK_ROWS + (row % BLOCK_ROWS);
      packed[at] = scales[row * groups + group] / (1 + zero);
    }
  }
  return packed;
}

/** Tables of a vector in bytes, [groups, tables, entries], a scale and the sum of the inputs for each group. */
export interface ByteTables {
  readonly entries: Int8Array;
  readonly scales: Float32Array;
  readonly sums: Float32Array;
}

/** Tables of x, its groups of `size` inputs under one scale: the largest sum is 127. */
export function byteTables(x: Float32Array, size: number): ByteTables {
  const groups = x.length / size;
  const entries = new Int8Array((x.length / TABLE_INPUTS) * TABLE_ENTRIES);
  const [scales, sums] = [new Float32Array(groups), new Float32Array(groups)];
  for (let group = 0; group < groups; group++) {
    const of = x.subarray(group * size, (group + 1) * size);
    const most = largestSum(of);
    scales[group] = most / 127;
    sums[group] = of.reduce((sum, value) => sum + value, 0);
    const steps = most === 0 ? 0 : Math.fround(127 / most);
    for (let at = 0; at < size; at += TABLE_INPUTS) {
      const to = ((group * size + at) / TABLE_INPUTS) * TABLE_ENTRIES;
      for (let index = 0; index < TABLE_ENTRIES; index++) {
        entries[to + index] = roundHalfEven(Math.fround(signedSum(of, at, index) * steps));
      }
    }
  }
  return {entries, scales, sums};
}

/** Four inputs from `at` on, each sum in float32, signs by the bits of an index. */
function signedSum(x: Float32Array, at: number, index: number): number {
  let sum = 0;
  for (let j = 0; j < TABLE_INPUTS; j++) sum = Math.fround(sum + ((index >> j) & 1 ? x[at + j] : -x[at + j]));
  return sum;
}

function largestSum(x: Float32Array): number {
  let most = 0;
  for (let at = 0; at < x.length; at += TABLE_INPUTS) {
    let sum = 0;
    for (let j = 0; j < TABLE_INPUTS; j++) sum = Math.fround(sum + Math.abs(x[at + j]));
    most = Math.max(most, sum);
  }
  return most;
}

/**
 * W x by tables in bytes: the definition of the kernel `table-product`, sums of a group exact.
 * @throws RangeError if x does not have a number for each column.
 */
export function tableVector(matrix: TableMatrix, x: Float32Array): Float32Array {
  const {rows, columns, bits, size, groups, zero, scales} = matrix;
  if (x.length !== columns)
    throw new RangeError(`tableVector: x must have ${columns} numbers, got ${x.length}`);
  const tables = byteTables(x, size);
  return Float32Array.from({length: rows}, (_, row) => {
    let y = 0;
    for (let group = 0; group < groups; group++) {
      let sum = 0;
      for (let bit = 0; bit < bits; bit++) sum += 2 ** bit * planeSum(matrix, tables, row, group, bit);
      const at = (Math.floor(row / BLOCK_ROWS) * groups + group) * BLOCK_ROWS + (row % BLOCK_ROWS);
      y += scales[at] * (sum * tables.scales[group] - zero * tables.sums[group]);
    }
    return y;
  });
}

/** Entries that a plane of a row's weights chooses in a group, summed. */
function planeSum(
  matrix: TableMatrix,
  {entries}: ByteTables,
  row: number,
  group: number,
  bit: number,
): number {
  const {size, codes} = matrix;
  let sum = 0;
  for (let at = 0; at < size; at += 2 * TABLE_INPUTS) {
    const column = group * size + at;
    const byte = codes[placeOf(matrix, row, column, bit)];
    const table = (column / TABLE_INPUTS) * TABLE_ENTRIES;
    sum += entries[table + (byte & 15)] + entries[table + TABLE_ENTRIES + (byte >> 4)];
  }
  return sum;
}
