/** Products with packed weights in WebAssembly: the weights lie in its memory as they are packed. */
import type {GroupedLevels} from "../../formats/grouped-levels.js";
import {packedProductWasm} from "../../kernels/generated/packed-product.js";
import type {WasmHeap} from "../../kernels/wasm-heap.js";
import type {Linear, PackedActivations, PackedLinears} from "../backend.js";
import {type PackedLayout, packedLayout} from "../packed/packed-layout.js";

interface Kernel {
  vectorFloat(weights: number, x: number, y: number): void;
  vectorInt(weights: number, q: number, unitScales: number, y: number): void;
  quantizeUnits(x: number, units: number, q: number, scales: number): void;
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
    unitScales: number,
    y: number,
    rows: number,
    units: number,
    stride: number,
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
/** Rows of x from which on weights are unpacked once for all of them. */
const MATRIX = 4;

const roundUp = (size: number, multiple: number): number => Math.ceil(size / multiple) * multiple;

/**
 * Products over the memory of `heap`, which holds the weights of a model. Sums are float32 in an order of their own: they
 * differ from {@link packedLinear} by at most n · 2^-23 · Σ|x·w| for n inputs, where w counts level and offset apart.
 */
export async function wasmPacked(heap: WasmHeap): Promise<PackedLinears> {
  const kernel = await heap.instantiate<Kernel>(packedProductWasm);
  return (weight, bias, activations) => {
    const layout = packedLayout(weight);
    return layout && linearOf(heap, kernel, layout, weight, bias, activations);
  };
}

/** Where the parts of one call lie in the scratch memory. */
interface Places {
  readonly input: number;
  readonly output: number;
  /** Quantized rows of x and the scales of their units. */
  readonly quantized: number;
  readonly scales: number;
  readonly sums: number;
  readonly room: number;
}

/** A matrix in the memory of the kernels. */
interface Stored {
  readonly weights: number;
  /** Zeros, one for each output. */
  readonly zeros: number;
  readonly offsets: {readonly at: number; readonly groups: number} | null;
  /** Inputs and outputs, filled up. */
  readonly inputs: number;
  readonly stride: number;
}

function linearOf(
  heap: WasmHeap,
  kernel: Kernel,
  layout: PackedLayout,
  {columns, size}: GroupedLevels,
  bias: Float32Array | null,
  activations: PackedActivations,
): Linear {
  const out = layout.rows;
  const stored = storeMatrix(heap, layout);
  const {inputs, stride, offsets} = stored;
  // Tokens come one by one: the places of one row serve them all.
  const forOne = placesFor(stored, 1);
  return (x) => {
    const rows = x.length / columns;
    const found = rows === 1 ? forOne : placesFor(stored, rows);
    const places = placesFrom(heap.scratch(found.bytes), found);
    spreadRows(heap.floats(places.input, roundUp(rows, 2) * inputs), x, columns, inputs);
    if (activations === "int8") multiplyInts(kernel, stored, places, rows);
    else multiplyFloats(kernel, stored, places, rows);
    if (offsets !== null) {
      const sums = heap.floats(places.sums, rows * offsets.groups).fill(0);
      const seen =
        activations === "int8"
          ? roundedInputs(heap, places, rows * inputs)
          : heap.floats(places.input, rows * inputs);
      sumGroups(sums, seen, inputs, size, offsets.groups);
      kernel.addOffsets(places.sums, offsets.at, places.output, rows, out, offsets.groups, stride);
    }
    return rowsWithBias(heap.floats(places.output, rows * stride), rows, out, bias);
  };
}

/** Fields of `Weights` of the kernel, in its order. */
function storeMatrix(heap: WasmHeap, layout: PackedLayout): Stored {
  const {rows, bits, group, groups, steps, codes, tables, tableOf, places, scales, offsets} = layout;
  const put = (part: Uint8Array | Int8Array | Uint16Array | Float32Array | null): number => {
    if (part === null) return 0;
    const at = heap.allocate(part.byteLength);
    heap.bytes(at, part.byteLength).set(new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
    return at;
  };
  const fields = [
    ...[put(codes), put(tables), put(tableOf), put(places), put(scales)],
    ...[places?.BYTES_PER_ELEMENT ?? 0, bits, group, groups, steps, rows],
  ];
  const weights = heap.allocate(4 * fields.length);
  heap.integers(weights, fields.length).set(fields);
  const stride = roundUp(rows, PANEL);
  return {
    weights,
    zeros: heap.allocate(4 * stride),
    offsets: offsets && storeOffsets(heap, offsets, rows),
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
function placesFor({inputs, stride, offsets}: Stored, rows: number): Places & {readonly bytes: number} {
  // Integer products of matrices take rows of x in pairs.
  const pairs = roundUp(rows, 2);
  const output = 4 * pairs * inputs;
  const quantized = output + 4 * pairs * stride;
  const scales = quantized + 2 * pairs * inputs;
  const sums = scales + roundUp((4 * pairs * inputs) / UNIT, 16);
  const room = sums + 4 * rows * (offsets?.groups ?? 0);
  return {input: 0, output, quantized, scales, sums, room, bytes: room + 64 * inputs};
}

function placesFrom(base: number, {input, output, quantized, scales, sums, room}: Places): Places {
  return {
    input: base + input,
    output: base + output,
    quantized: base + quantized,
    scales: base + scales,
    sums: base + sums,
    room: base + room,
  };
}

function multiplyFloats(
  kernel: Kernel,
  {weights, zeros, inputs, stride}: Stored,
  at: Places,
  rows: number,
): void {
  if (rows >= MATRIX) kernel.matrixFloat(weights, at.input, zeros, at.output, rows, inputs, at.room);
  for (let row = 0; rows < MATRIX && row < rows; row++) {
    kernel.vectorFloat(weights, at.input + 4 * row * inputs, at.output + 4 * row * stride);
  }
}

function multiplyInts(kernel: Kernel, {weights, inputs, stride}: Stored, at: Places, rows: number): void {
  const units = inputs / UNIT;
  const pairs = roundUp(rows, 2);
  kernel.quantizeUnits(at.input, pairs * units, at.quantized, at.scales);
  if (rows >= MATRIX) {
    kernel.matrixInt(weights, at.quantized, at.scales, at.output, pairs, units, stride, at.room);
  }
  for (let row = 0; rows < MATRIX && row < rows; row++) {
    const q = at.quantized + 2 * row * inputs;
    kernel.vectorInt(weights, q, at.scales + 4 * row * units, at.output + 4 * row * stride);
  }
}

/** Inputs as the integer products see them. */
function roundedInputs(heap: WasmHeap, {quantized, scales}: Places, count: number): Float32Array {
  const units = heap.floats(scales, count / UNIT);
  return Float32Array.from(heap.shorts(quantized, count), (q, i) => q * units[i >> 5]);
}

/** Sums of the inputs of each group. */
function sumGroups(sums: Float32Array, x: Float32Array, inputs: number, size: number, groups: number): void {
  for (let i = 0; i < x.length; i++) {
    const at = Math.floor(i / inputs) * groups + Math.floor((i % inputs) / size);
    if (x[i] !== 0) sums[at] = sums[at] + x[i];
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
