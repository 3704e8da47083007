/** Packed matrices in the memory of the kernels. */
import type {WasmHeap} from "../../kernels/wasm-heap.js";
import type {PackedLayout} from "../packed/packed-layout.js";
import type {PackedKernels, RunKernel} from "./packed-kernel.js";

/** Outputs of a panel, to which rows of y are filled up. */
const PANEL = 8;
/** Elements that share a scale of quantized activations. */
export const UNIT = 32;
/** Levels of tables that products of bytes take without a sign. */
const UNSIGNED = 127;
/** Weights from which on threads share a matrix. */
const SHARED = 2 ** 18;

/** The least multiple that is not below a size. */
export const roundUp = (size: number, multiple: number): number => Math.ceil(size / multiple) * multiple;

/** A kernel for a matrix and how it reads it. */
export interface Reading {
  readonly by: RunKernel;
  readonly tables: Int8Array;
  /** What the levels of the tables are larger by than they should. */
  readonly bias: number;
  readonly isSigned: boolean;
  /** Bytes of a quantized activation. */
  readonly bytes: 1 | 2;
}

/** Products of bytes take levels from 0 to 127, so tables are raised to them where they fit; their signs are no trouble but for -128. */
export function readingOf(
  {plain, relaxed}: PackedKernels,
  {bits, codes, tables}: PackedLayout,
  isInt: boolean,
): Reading {
  const asTheyAre = {tables, bias: 0, isSigned: true} as const;
  const lowest = bits === 8 ? -UNSIGNED : tables.reduce((least, level) => Math.min(least, level), 0);
  const isOutside = bits === 8 ? codes.includes(128) : lowest < -UNSIGNED;
  if (relaxed === null || (isInt && isOutside)) return {by: plain, bytes: 2, ...asTheyAre};
  const isTable = isInt && bits < 8 && tables.every((level) => level - lowest <= UNSIGNED);
  if (!isTable) return {by: relaxed, bytes: 1, ...asTheyAre};
  const raised = tables.map((level) => level - lowest);
  return {by: relaxed, bytes: 1, tables: raised, bias: -lowest, isSigned: false};
}

/** Rows of a matrix that one thread multiplies by. */
export interface Range {
  readonly weights: number;
  readonly first: number;
  readonly rows: number;
  /** Outputs filled up. */
  readonly stride: number;
}

/** A matrix in the memory of the kernels. */
export interface StoredMatrix extends Reading {
  readonly ranges: readonly Range[];
  /** Zeros, one for each output. */
  readonly zeros: number;
  readonly offsets: {readonly at: number; readonly groups: number; readonly size: number} | null;
  /** Elements of a part of a row that has a scale. */
  readonly part: 16 | 32;
  /** Inputs and outputs, filled up. */
  readonly inputs: number;
  readonly stride: number;
}

/** Stores a matrix, its rows in so many ranges where it is large; `size` is that of the groups with an offset. */
export function storeMatrix(
  heap: WasmHeap,
  layout: PackedLayout,
  {size, ranges, reading}: {readonly size: number; readonly ranges: number; readonly reading: Reading},
): StoredMatrix {
  const {rows, group, groups, offsets} = layout;
  const inputs = groups * group;
  const stride = roundUp(rows, PANEL);
  const perRange = rows * inputs < SHARED ? stride : roundUp(rows / ranges, PANEL);
  const placed = placeParts(heap, layout, reading);
  return {
    ...reading,
    ranges: Array.from({length: Math.ceil(rows / perRange)}, (_, i) => {
      const first = i * perRange;
      const count = Math.min(perRange, rows - first);
      return {weights: placed(first, count), first, rows: count, stride: roundUp(count, PANEL)};
    }),
    zeros: heap.allocate(4 * stride),
    offsets: offsets && {...storeOffsets(heap, offsets, rows), size},
    part: group === 16 ? 16 : UNIT,
    inputs,
    stride,
  };
}

/** Stores the parts of a matrix; what is given back places the fields of the kernel for a range of its rows. */
function placeParts(heap: WasmHeap, layout: PackedLayout, {tables, isSigned}: Reading) {
  const {bits, group, groups, steps, codes, tableOf, places, scales} = layout;
  const put = (part: Uint8Array | Int8Array | Uint16Array | Float32Array | null): number => {
    if (part === null) return 0;
    const at = heap.allocate(part.byteLength);
    heap.bytes(at, part.byteLength).set(new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
    return at;
  };
  const [atCodes, atTables, atTableOf, atPlaces, atScales] = [codes, tables, tableOf, places, scales].map(
    put,
  );
  const placeBytes = places?.BYTES_PER_ELEMENT ?? 0;
  return (first: number, rows: number): number => {
    const before = first * groups;
    const fields = [
      atCodes + 16 * first * steps,
      atTables,
      tableOf === null ? 0 : atTableOf + before,
      places === null ? 0 : atPlaces + placeBytes * before,
      places === null ? atScales + 4 * before : atScales,
      ...[placeBytes, bits, group, groups, steps, rows, isSigned ? 1 : 0],
    ];
    const at = heap.allocate(4 * fields.length);
    heap.integers(at, fields.length).set(fields);
    return at;
  };
}

/** Offsets of each row, filled up to whole vectors. */
function storeOffsets(heap: WasmHeap, offsets: Float32Array, rows: number): {at: number; groups: number} {
  const perRow = offsets.length / rows;
  const groups = roundUp(perRow, 4);
  const at = heap.allocate(4 * rows * groups);
  spreadRows(heap.floats(at, rows * groups), offsets, perRow, groups);
  return {at, groups};
}

/** Rows of `width` numbers at places `wide` apart, zeros behind. */
export function spreadRows(to: Float32Array, from: Float32Array, width: number, wide: number): void {
  if (width === wide) to.set(from);
  else {
    to.fill(0);
    for (let i = 0; i * width < from.length; i++) to.set(from.subarray(i * width, (i + 1) * width), i * wide);
  }
  to.fill(0, width === 0 ? 0 : (from.length / width) * wide);
}
