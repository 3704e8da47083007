/** The layout in which products read packed weights: codes of 2, 4 or 8 bits, tables of levels, places of scales. */
import {type GroupedLevels, groupsPerRow} from "../../formats/grouped-levels.js";

/** A packed matrix as `kernels/packed-product` reads it. */
export interface PackedLayout {
  readonly rows: number;
  readonly bits: 2 | 4 | 8;
  /** Elements of a group, and groups of a row, those that only fill it up included. */
  readonly group: number;
  readonly groups: number;
  /** Steps of 16 bytes of codes in a row. */
  readonly steps: number;
  readonly codes: Uint8Array;
  /** Tables of 16 levels, one after the other; none for 8 bits. */
  readonly tables: Int8Array;
  /** The table of each group; null where all have the first. */
  readonly tableOf: Uint8Array | null;
  /** Places of the groups' scales among `scales`; null where there is one for each group. */
  readonly places: Uint8Array | Uint16Array | null;
  readonly scales: Float32Array;
  readonly offsets: Float32Array | null;
}

/** Levels that a table holds. */
const LEVELS = 16;
/** Elements that share a scale of 8-bit activations: no group but one of 16 may end inside. */
const UNIT = 32;
const STEP_BITS = 128;

/**
 * The layout of a matrix, or null where it has none: groups of a size that is neither 16 nor a multiple of 32, or groups of
 * 16 with more than 16 levels. It takes the bytes of the codes, of one place (1 or 2 bytes, or the float32 scale itself where
 * more than 65,536 differ) and of one offset (4 bytes) for each group, and the tables.
 */
export function packedLayout(matrix: GroupedLevels): PackedLayout | null {
  const {rows, columns, size} = matrix;
  if (rows === 0 || columns === 0) return null;
  const tables = findTables(matrix);
  const isOneGroup = size >= columns;
  for (const bits of [2, 4, 8] as const) {
    const perStep = STEP_BITS / bits;
    if (bits < 8 && (tables === null || tables.width > 2 ** bits)) continue;
    const step = Math.max(perStep, UNIT);
    const group = isOneGroup ? Math.ceil(columns / step) * step : size;
    if (group % step !== 0 && !(group === 16 && bits === 4)) continue;
    const perRow = groupsPerRow({columns, size: group});
    const groups = group === 16 ? perRow + (perRow % 2) : perRow;
    const steps = (groups * group) / perStep;
    const shape = {matrix, perRow, groups};
    return {
      rows,
      bits,
      group,
      groups,
      steps,
      codes: packRows(matrix, bits, steps, bits === 8 ? null : tables),
      tables:
        bits === 8
          ? new Int8Array(LEVELS)
          : Int8Array.from(tables!.tables.flatMap(({levels}) => filled(levels))),
      tableOf: bits === 8 || tables!.tables.length === 1 ? null : spreadGroups(tables!.tableOf, shape),
      ...placesOf(spreadGroups(matrix.scales, shape)),
      offsets: matrix.offsets?.slice() ?? null,
    };
  }
  return null;
}

/** Bytes that a layout occupies. */
export const layoutBytes = ({codes, tables, tableOf, places, scales, offsets}: PackedLayout): number =>
  [codes, tables, tableOf, places, scales, offsets].reduce((sum, part) => sum + (part?.byteLength ?? 0), 0);

/** Levels by their codes, and codes by their levels + 128; -1 where it has none. */
interface Table {
  readonly levels: number[];
  readonly codes: Int8Array;
}

interface Tables {
  readonly tables: readonly Table[];
  readonly tableOf: Uint8Array;
  /** Levels of the largest table. */
  readonly width: number;
}

/** Tables that hold all levels of each group, each group in the first one with room; null where that takes too many. */
function findTables({rows, columns, size, levels}: GroupedLevels): Tables | null {
  const perRow = groupsPerRow({columns, size});
  const tables: Table[] = [];
  const tableOf = new Uint8Array(rows * perRow);
  for (let row = 0, group = 0; row < rows; row++) {
    for (let first = 0; first < columns; first += size, group++) {
      const from = row * columns + first;
      const to = from + Math.min(size, columns - first);
      let at = tables.findIndex((table) => hasRoom(table, levels, from, to));
      if (at < 0) {
        at = tables.length;
        const table = {levels: [], codes: new Int8Array(256).fill(-1)};
        if (at > 255 || !hasRoom(table, levels, from, to)) return null;
        tables.push(table);
      }
      tableOf[group] = at;
    }
  }
  return {tables, tableOf, width: tables.reduce((most, table) => Math.max(most, table.levels.length), 0)};
}

/** Adds the levels of a group to a table; leaves it as it was where it would grow too large. */
function hasRoom({levels: held, codes}: Table, levels: Int8Array, from: number, to: number): boolean {
  const before = held.length;
  for (let i = from; i < to; i++) {
    const level = levels[i] + 128;
    if (codes[level] >= 0) continue;
    if (held.length === LEVELS) {
      for (const added of held.splice(before)) codes[added + 128] = -1;
      return false;
    }
    codes[level] = held.length;
    held.push(levels[i]);
  }
  return true;
}

const filled = (levels: readonly number[]): number[] =>
  Array.from({length: LEVELS}, (_, code) => levels[code] ?? 0);

/** Codes of all rows; what only fills a row up has code 0. */
function packRows(
  {rows, columns, size, levels}: GroupedLevels,
  bits: number,
  steps: number,
  tables: Tables | null,
): Uint8Array {
  const bytes = new Uint8Array(rows * steps * 16);
  const perStep = STEP_BITS / bits;
  const perRow = groupsPerRow({columns, size});
  for (let row = 0; row < rows; row++) {
    for (let first = 0, group = row * perRow; first < columns; first += size, group++) {
      const codes = tables?.tables[tables.tableOf[group]].codes;
      const end = Math.min(first + size, columns);
      for (let column = first; column < end; column++) {
        const level = levels[row * columns + column];
        const place = column % perStep;
        const at = (row * steps + (column - place) / perStep) * 16 + (place % 16);
        bytes[at] |= (codes === undefined ? level : codes[level + 128]) << (bits * (place >> 4));
      }
    }
  }
  return bytes;
}

/** What each group has, with zeros for groups that only fill a row up. */
function spreadGroups<A extends Uint8Array | Float32Array>(
  values: A,
  {matrix, perRow, groups}: {matrix: GroupedLevels; perRow: number; groups: number},
): A {
  if (groups === perRow) return values.slice() as A;
  const spread = new (values.constructor as new (length: number) => A)(matrix.rows * groups);
  for (let row = 0; row < matrix.rows; row++) {
    spread.set(values.subarray(row * perRow, (row + 1) * perRow) as A & Uint8Array, row * groups);
  }
  return spread;
}

/** Scales as places among those that differ, where these are few. */
function placesOf(scales: Float32Array): Pick<PackedLayout, "places" | "scales"> {
  const places = new Map<number, number>();
  for (const scale of scales) if (!places.has(scale)) places.set(scale, places.size);
  if (places.size > 2 ** 16 || places.size > scales.length / 2) return {places: null, scales};
  const found = places.size > 256 ? new Uint16Array(scales.length) : new Uint8Array(scales.length);
  for (let i = 0; i < found.length; i++) found[i] = places.get(scales[i])!;
  return {places: found, scales: Float32Array.from(places.keys())};
}
