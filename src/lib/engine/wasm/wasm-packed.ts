/** Products with packed weights in WebAssembly: the weights lie in its memory as they are packed. */
import type {GroupedLevels} from "../../formats/grouped-levels.js";
import {kernelRuns} from "../../kernels/kernel-runs.js";
import type {WasmHeap} from "../../kernels/wasm-heap.js";
import type {Linear, PackedActivations, PackedLinears} from "../backend.js";
import {type PackedLayout, packedLayout} from "../packed/packed-layout.js";
import {type PackedKernel, type PackedKernels, packedSources, type RunKernel} from "./packed-kernel.js";
import {
  type Range,
  readingOf,
  roundUp,
  type StoredMatrix,
  spreadRows,
  storeMatrix,
  UNIT,
} from "./packed-matrix.js";

/** Rows of x from which on weights are unpacked once for all of them, and that are multiplied together then. */
const MATRIX = 4;

/**
 * Products over the memory of `heap`, which holds the weights of a model. Sums are float32 in an order of their own: they
 * differ from {@link packedLinear} by at most n · 2^-23 · Σ|x·w| for n inputs, where w counts level and offset apart. With
 * relaxed SIMD they are faster and within the same bound; on several threads they are the same.
 * @param running the kernels, and the threads that share each product; by default they are loaded for the caller's thread
 */
export async function wasmPacked(
  heap: WasmHeap,
  isRelaxed: boolean,
  running?: {readonly runs: readonly RunKernel[]; readonly ways: number},
): Promise<PackedLinears> {
  const runs =
    running?.runs ?? (await kernelRuns<PackedKernel[]>(heap, await packedSources(isRelaxed), null));
  const [plain, relaxed = null] = runs;
  const kernels: PackedKernels = {plain, relaxed, ranges: running?.ways ?? 1};
  return (weight, bias, activations) => {
    const layout = packedLayout(weight);
    return layout && linearOf(heap, kernels, layout, weight, bias, activations);
  };
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

function linearOf(
  heap: WasmHeap,
  kernels: PackedKernels,
  layout: PackedLayout,
  {columns, size}: GroupedLevels,
  bias: Float32Array | null,
  activations: PackedActivations,
): Linear {
  const isInt = activations === "int8";
  const reading = readingOf(kernels, layout, isInt);
  const stored = storeMatrix(heap, layout, {size, ranges: kernels.ranges, reading});
  const {inputs, offsets} = stored;
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
      addOffsets(stored, places, rows);
    }
    return gathered(heap, stored, places, rows, bias);
  };
}

/** Places from 0 on, and the bytes they take. */
function placesFor(stored: StoredMatrix, rows: number): Places & {readonly bytes: number} {
  const {inputs, stride, offsets, part, ranges} = stored;
  const padded = roundUp(rows, MATRIX);
  const perPart = roundUp((4 * padded * inputs) / part, 16);
  const output = 4 * padded * inputs;
  const quantized = output + 4 * padded * stride;
  const scales = quantized + roundUp(stored.bytes * padded * inputs, 16);
  const [starts, partSums] = [scales + perPart, scales + 2 * perPart];
  const sums = partSums + perPart;
  const room = roundUp(sums + 4 * rows * (offsets?.groups ?? 0), 16);
  const bytes = room + roomOf(stored) * ranges.length;
  return {input: 0, output, quantized, scales, starts, partSums, sums, room, bytes};
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

/** Bytes of room for a panel and its rows. */
const roomOf = ({inputs}: StoredMatrix): number => 64 * inputs;

/** The outputs of a range: those of all rows of x, then those of the next range. */
const outputOf = (at: Places, {first}: Range, rows: number): number => at.output + 4 * rows * first;

function multiplyFloats(stored: StoredMatrix, at: Places, rows: number): void {
  const {by, ranges, zeros, inputs} = stored;
  const padded = roundUp(rows, MATRIX);
  if (rows >= MATRIX) {
    const calls = ranges.map((range, i) => [
      ...[range.weights, at.input, zeros, outputOf(at, range, padded)],
      ...[rows, inputs, at.room + i * roomOf(stored)],
    ]);
    by.run("matrixFloat", calls);
    return;
  }
  for (let row = 0; row < rows; row++) {
    const calls = ranges.map((range) => [
      ...[range.weights, at.input + 4 * row * inputs, outputOf(at, range, padded) + 4 * row * range.stride],
    ]);
    by.run("vectorFloat", calls);
  }
}

function multiplyInts(stored: StoredMatrix, at: Places, rows: number): void {
  const {by, ranges, inputs, part, bias, bytes} = stored;
  const padded = roundUp(rows, MATRIX);
  const [units, halves] = [((rows < MATRIX ? rows : padded) * inputs) / UNIT, part === UNIT ? 0 : 1];
  by.kernel.quantizeUnits(at.input, units, at.quantized, at.scales, at.starts, at.partSums, halves, bias);
  if (rows >= MATRIX) {
    const calls = ranges.map((range, i) => [
      ...[range.weights, at.quantized, at.scales, at.starts, outputOf(at, range, padded)],
      ...[padded, at.room + i * roomOf(stored)],
    ]);
    by.run("matrixInt", calls);
    return;
  }
  for (let row = 0; row < rows; row++) {
    const [q, parts] = [at.quantized + bytes * row * inputs, (4 * row * inputs) / part];
    const calls = ranges.map((range) => [
      ...[range.weights, q, at.scales + parts, at.starts + parts],
      outputOf(at, range, padded) + 4 * row * range.stride,
    ]);
    by.run("vectorInt", calls);
  }
}

/** Sums of the inputs of each group, as the products saw them. */
function sumGroups(heap: WasmHeap, stored: StoredMatrix, places: Places, rows: number, isInt: boolean): void {
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

function addOffsets({by, ranges, offsets}: StoredMatrix, at: Places, rows: number): void {
  const {groups, at: atOffsets} = offsets!;
  for (const range of ranges) {
    const y = outputOf(at, range, roundUp(rows, MATRIX));
    const from = atOffsets + 4 * range.first * groups;
    by.kernel.addOffsets(at.sums, from, y, rows, range.rows, groups, range.stride);
  }
}

/** A copy of the outputs of every row, with the bias. */
function gathered(
  heap: WasmHeap,
  {ranges}: StoredMatrix,
  at: Places,
  rows: number,
  bias: Float32Array | null,
): Float32Array {
  const last = ranges[ranges.length - 1];
  const out = last.first + last.rows;
  const y = new Float32Array(rows * out);
  for (const range of ranges) {
    const {first, rows: count, stride} = range;
    const padded = heap.floats(outputOf(at, range, roundUp(rows, MATRIX)), rows * stride);
    for (let row = 0; row < rows; row++) {
      y.set(padded.subarray(row * stride, row * stride + count), row * out + first);
    }
  }
  if (bias !== null) for (let i = 0; i < y.length; i++) y[i] = y[i] + bias[i % out];
  return y;
}
