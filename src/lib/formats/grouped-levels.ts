/** Packed matrices as integers under scales, which is what a product can read without unpacking them to floats. */
import {matrixSize} from "../tensor/tensor.js";
import type {Groups} from "./groups.js";

/** A packed matrix [rows, columns]: an element is level · scale, and + offset where there are offsets, of its group. */
export interface GroupedLevels {
  readonly rows: number;
  readonly columns: number;
  /** Elements of a row that share a scale; the last group of a row may be shorter. */
  readonly size: number;
  /** One for each element, row by row. */
  readonly levels: Int8Array;
  /** One for each group, row by row, in float32. */
  readonly scales: Float32Array;
  readonly offsets: Float32Array | null;
}

/** Groups in a row. */
export const groupsPerRow = ({columns, size}: Pick<GroupedLevels, "columns" | "size">): number =>
  size === 0 ? 0 : Math.ceil(columns / size);

/** The values of a matrix of levels: each product rounded to float32, and each sum. */
export function valuesOf({rows, columns, size, levels, scales, offsets}: GroupedLevels): Float32Array {
  const values = new Float32Array(levels.length);
  const perRow = groupsPerRow({columns, size});
  for (let row = 0, i = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, i++) {
      const group = row * perRow + Math.floor(column / size);
      const product = Math.fround(levels[i] * scales[group]);
      values[i] = offsets === null ? product : product + offsets[group];
    }
  }
  return values;
}

/** The same matrix with its rows in another order: row `i` is the one numbered `rowAt(i)` before. */
export function rowsInOrder(matrix: GroupedLevels, rowAt: (row: number) => number): GroupedLevels {
  const {rows, columns, levels, scales, offsets} = matrix;
  const perRow = groupsPerRow(matrix);
  const ordered = <A extends Int8Array | Float32Array>(values: A, width: number, into: A): A => {
    for (let row = 0; row < rows; row++) {
      const from = rowAt(row) * width;
      into.set(values.subarray(from, from + width), row * width);
    }
    return into;
  };
  return {
    ...matrix,
    levels: ordered(levels, columns, new Int8Array(levels.length)),
    scales: ordered(scales, perRow, new Float32Array(scales.length)),
    offsets: offsets && ordered(offsets, perRow, new Float32Array(offsets.length)),
  };
}

/** Values of codes as whole numbers of one step, a power of two; null where a signed byte does not hold them. */
export function integerLevels(
  values: readonly number[],
): {readonly levels: Int8Array; readonly step: number} | null {
  for (let step = 1; step >= 2 ** -7; step /= 2) {
    const levels = values.map((value) => value / step);
    if (!levels.every(Number.isInteger)) continue;
    return levels.every((level) => level >= -128 && level <= 127)
      ? {levels: Int8Array.from(levels), step}
      : null;
  }
  return null;
}

/** Elements as codes under the scales of their groups. */
interface ScaledCodes {
  readonly codes: ArrayLike<number>;
  /** Values of the codes. */
  readonly values: readonly number[];
  readonly scales: Float32Array;
}

/**
 * A tensor of codes as levels; null where the codebook has none, or where groups do not run along the last axis. A scale
 * of the whole tensor becomes one of each row.
 */
export function levelsOfCodes(
  shape: readonly number[],
  groups: Groups,
  {codes, values, scales}: ScaledCodes,
): GroupedLevels | null {
  const found = integerLevels(values);
  if (found === null) return null;
  const levels = Int8Array.from(codes, (code) => found.levels[code]);
  return groupedLevels(
    shape,
    groups,
    levels,
    scales.map((scale) => scale * found.step),
  );
}

/** Levels under the scales of their groups; null where groups do not run along the last axis. */
export function groupedLevels(
  shape: readonly number[],
  groups: Groups,
  levels: Int8Array,
  scales: Float32Array,
): GroupedLevels | null {
  const {rows, columns} = matrixSize({shape, data: new Float32Array(0)});
  const matrix = {rows, columns, levels, offsets: null};
  if (groups.inner === 1 && groups.length === columns) return {...matrix, size: groups.size, scales};
  if (groups.count !== 1) return null;
  return {...matrix, size: columns, scales: new Float32Array(rows).fill(scales[0])};
}
