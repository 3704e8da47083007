/** Products with packed weights in WebAssembly: the weights lie in its memory as they are packed. */
import type {GroupedLevels} from "../../formats/grouped-levels.js";
import {packedProductWasm} from "../../kernels/generated/packed-product.js";
import {hasRelaxedSimd} from "../../kernels/relaxed-simd.js";
import type {WasmHeap} from "../../kernels/wasm-heap.js";
import type {Linear, PackedActivations, PackedLinears} from "../backend.js";
import {type PackedLayout, packedLayout} from "../packed/packed-layout.js";

interface Kernel {
  vectorFloat(weights: number, x: number, y: number): void;
  vectorInt(weights: number, q: number, scales: number, starts: number, y: number): void;
  quantizeUnits(
    x: number,
    units: number,
    q: number,
    scales: number,
    starts: number,
    sums: number,
    halves: number,
    bias: number,
  ): void;
  matrixFloat(
    weights: number,
    x: number,
    bias: number,
    y: number,
    rows: number,
    inputs: number,
    room: number,
  ): void;
  matrixInt(
    weights: number,
    q: number,
    scales: number,
    starts: number,
    y: number,
    rows: number,
    room: number,
  ): void;
  addOffsets(
    sums: number,
    offsets: number,
    y: number,
    rows: number,
    out: number,
    groups: number,
    stride: number,
  ): void;
}

/** Outputs of a panel, to which rows of y are filled up. */
const PANEL = 8;
const UNIT = 32;
/** Rows of x from which on weights are unpacked once for all of them, and that are multiplied together then. */
const MATRIX = 4;
/** Levels of tables that products of bytes take without a sign. */
const UNSIGNED = 127;

const roundUp = (size: number, multiple: number): number => Math.ceil(size / multiple) * multiple;

/**
 * Products over the memory of `heap`, which holds the weights of a model. Sums are float32 in an order of their own: they
 * differ from {@link packedLinear} by at most n · 2^-23 · Σ|x·w| for n inputs, where w counts level and offset apart. With
 * relaxed SIMD they are faster and within the same bound.
 */
export async function wasmPacked(heap: WasmHeap, isRelaxed = hasRelaxedSimd()): Promise<PackedLinears> {
  const plain = await heap.instantiate<Kernel>(packedProductWasm);
  const relaxed = isRelaxed ? await relaxedKernel(heap) : null;
  return (weight, bias, activations) => {
    const layout = packedLayout(weight);
    return layout && linearOf(heap, {plain, relaxed}, layout, weight, bias, activations);
  };
}

/** Only machines with relaxed SIMD load it. */
async function relaxedKernel(heap: WasmHeap): Promise<Kernel> {
  const {packedProductRelaxedWasm} = await import("../../kernels/generated/packed-product-relaxed.js");
  return heap.instantiate<Kernel>(packedProductRelaxedWasm);
}

/** Kernels for a machine: `relaxed` where it has relaxed SIMD. */
interface Kernels {
  readonly plain: Kernel;
  readonly relaxed: Kernel | null;
}

/** A kernel for a matrix and how it reads it. */
interface Reading {
  readonly kernel: Kernel;
  readonly tables: Int8Array;
  /** What the levels of the tables are larger by than they should. */
  readonly bias: number;
  readonly isSigned: boolean;
  /** Bytes of a quantized activation. */
  readonly bytes: 1 | 2;
}

/** Products of bytes take levels from 0 to 127, so tables are raised to them where they fit; their signs are no trouble but for -128. */
function readingOf({plain, relaxed}: Kernels, {bits, codes, tables}: PackedLayout, isInt: boolean): Reading {
  const asTheyAre = {tables, bias: 0, isSigned: true} as const;
  const lowest = bits === 8 ? -UNSIGNED : tables.reduce((least, level) => Math.min(least, level), 0);
  const isOutside = bits === 8 ? codes.includes(128) : lowest < -UNSIGNED;
  if (relaxed === null || (isInt && isOutside)) return {kernel: plain, bytes: 2, ...asTheyAre};
  const isTable = isInt && bits < 8 && tables.every((level) => level - lowest <= UNSIGNED);
  if (!isTable) return {kernel: relaxed, bytes: 1, ...asTheyAre};
  const raised = tables.map((level) => level - lowest);
  return {kernel: relaxed, bytes: 1, tables: raised, bias: -lowest, isSigned: false};
}

/** Where the parts of one call lie in the scratch memory. */
interface Places {
  readonly input: number;
  readonly output: number;
  /** Quantized rows of x, and for each of their parts the scale, the start of its sums and its own sum. */
  readonly quantized: number;
  readonly scales: number;
  readonly starts: number;
  readonly partSums: number;
  /** Sums of groups that meet offsets. */
  readonly sums: number;
  readonly room: number;
}

/** A matrix in the memory of the kernels. */
interface Stored extends Reading {
  readonly weights: number;
  /** Zeros, one for each output. */
  readonly zeros: number;
  readonly offsets: {readonly at: number; readonly groups: number; readonly size: number} | null;
  /** Elements of a part of a row that has a scale. */
  readonly part: 16 | 32;
  /** Outputs, and inputs and outputs filled up. */
  readonly out: number;
  readonly inputs: number;
  readonly stride: number;
}

function linearOf(
  heap: WasmHeap,
  kernels: Kernels,
  layout: PackedLayout,
  matrix: GroupedLevels,
  bias: Float32Array | null,
  activations: PackedActivations,
): Linear {
  const {columns} = matrix;
  const isInt = activations === "int8";
  const stored = storeMatrix(heap, layout, matrix.size, readingOf(kernels, layout, isInt));
  const {kernel, out, inputs, stride, offsets} = stored;
  // Tokens come one by one: the places of one row serve them all.
  const forOne = placesFor(stored, 1);
  return (x) => {
    const rows = x.length / columns;
    const found = rows === 1 ? forOne : placesFor(stored, rows);
    const places = placesFrom(heap.scratch(found.bytes), found);
    spreadRows(heap.floats(places.input, roundUp(rows, MATRIX) * inputs), x, columns, inputs);
    if (isInt) multiplyInts(stored, places, rows);
    else multiplyFloats(stored, places, rows);
    if (offsets !== null) {
      sumGroups(heap, stored, places, rows, isInt);
      kernel.addOffsets(places.sums, offsets.at, places.output, rows, out, offsets.groups, stride);
    }
    return rowsWithBias(heap.floats(places.output, rows * stride), rows, out, bias);
  };
}

/** Fields of `Weights` of the kernel, in its order. */
function storeMatrix(heap: WasmHeap, layout: PackedLayout, size: number, reading: Reading): Stored {
  const {rows, bits, group, groups, steps, codes, tableOf, places, scales, offsets} = layout;
  const put = (part: Uint8Array | Int8Array | Uint16Array | Float32Array | null): number => {
    if (part === null) return 0;
    const at = heap.allocate(part.byteLength);
    heap.bytes(at, part.byteLength).set(new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
    return at;
  };
  const fields = [
    ...[put(codes), put(reading.tables), put(tableOf), put(places), put(scales)],
    ...[places?.BYTES_PER_ELEMENT ?? 0, bits, group, groups, steps, rows, reading.isSigned ? 1 : 0],
  ];
  const weights = heap.allocate(4 * fields.length);
  heap.integers(weights, fields.length).set(fields);
  const stride = roundUp(rows, PANEL);
  return {
    ...reading,
    weights,
    zeros: heap.allocate(4 * stride),
    offsets: offsets && {...storeOffsets(heap, offsets, rows), size},
    part: group === 16 ? 16 : UNIT,
    out: rows,
    inputs: groups * group,
    stride,
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

/** Places from 0 on, and the bytes they take. */
function placesFor(stored: Stored, rows: number): Places & {readonly bytes: number} {
  const {inputs, stride, offsets, part} = stored;
  const padded = roundUp(rows, MATRIX);
  const perPart = roundUp((4 * padded * inputs) / part, 16);
  const output = 4 * padded * inputs;
  const quantized = output + 4 * padded * stride;
  const scales = quantized + roundUp(stored.bytes * padded * inputs, 16);
  const [starts, partSums] = [scales + perPart, scales + 2 * perPart];
  const sums = partSums + perPart;
  const room = sums + 4 * rows * (offsets?.groups ?? 0);
  return {input: 0, output, quantized, scales, starts, partSums, sums, room, bytes: room + 64 * inputs};
}

function placesFrom(base: number, places: Places): Places {
  const {input, output, quantized, scales, starts, partSums, sums, room} = places;
  return {
    input: base + input,
    output: base + output,
    quantized: base + quantized,
    scales: base + scales,
    starts: base + starts,
    partSums: base + partSums,
    sums: base + sums,
    room: base + room,
  };
}

function multiplyFloats({kernel, weights, zeros, inputs, stride}: Stored, at: Places, rows: number): void {
  if (rows >= MATRIX) kernel.matrixFloat(weights, at.input, zeros, at.output, rows, inputs, at.room);
  for (let row = 0; rows < MATRIX && row < rows; row++) {
    kernel.vectorFloat(weights, at.input + 4 * row * inputs, at.output + 4 * row * stride);
  }
}

function multiplyInts(stored: Stored, at: Places, rows: number): void {
  const {kernel, weights, inputs, stride, part, bias, bytes} = stored;
  const padded = rows < MATRIX ? rows : roundUp(rows, MATRIX);
  const [units, halves] = [(padded * inputs) / UNIT, part === UNIT ? 0 : 1];
  kernel.quantizeUnits(at.input, units, at.quantized, at.scales, at.starts, at.partSums, halves, bias);
  if (rows >= MATRIX) {
    kernel.matrixInt(weights, at.quantized, at.scales, at.starts, at.output, padded, at.room);
  }
  for (let row = 0; rows < MATRIX && row < rows; row++) {
    const [q, parts] = [at.quantized + bytes * row * inputs, (4 * row * inputs) / part];
    const y = at.output + 4 * row * stride;
    kernel.vectorInt(weights, q, at.scales + parts, at.starts + parts, y);
  }
}

/** Sums of the inputs of each group, as the products saw them. */
function sumGroups(heap: WasmHeap, stored: Stored, places: Places, rows: number, isInt: boolean): void {
  const {inputs, part, offsets} = stored;
  const {groups, size} = offsets!;
  const sums = heap.floats(places.sums, rows * groups).fill(0);
  const [width, perSum] = isInt ? [inputs / part, size / part] : [inputs, size];
  const seen = heap.floats(isInt ? places.partSums : places.input, rows * width);
  for (let row = 0; row < rows; row++) {
    for (let first = 0, group = row * groups; first < width; first += perSum, group++) {
      const end = row * width + Math.min(first + perSum, width);
      let sum = 0;
      for (let i = row * width + first; i < end; i++) sum += seen[i];
      sums[group] = sum;
    }
  }
}

/** Rows of `width` numbers at places `wide` apart, zeros behind. */
function spreadRows(to: Float32Array, from: Float32Array, width: number, wide: number): void {
  if (width === wide) to.set(from);
  else {
    to.fill(0);
    for (let i = 0; i * width < from.length; i++) to.set(from.subarray(i * width, (i + 1) * width), i * wide);
  }
  to.fill(0, width === 0 ? 0 : (from.length / width) * wide);
}

/** A copy of the outputs of every row. */
function rowsWithBias(
  padded: Float32Array,
  rows: number,
  out: number,
  bias: Float32Array | null,
): Float32Array {
  const stride = padded.length / rows;
  if (stride === out && bias === null) return padded.slice();
  const y = new Float32Array(rows * out);
  for (let row = 0; row < rows; row++) {
    y.set(padded.subarray(row * stride, row * stride + out), row * out);
    if (bias !== null) for (let o = 0; o < out; o++) y[row * out + o] = y[row * out + o] + bias[o];
  }
  return y;
}
