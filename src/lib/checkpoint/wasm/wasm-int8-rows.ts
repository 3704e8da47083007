/** Inputs of LLM.int8(), packed and unpacked in WebAssembly: rows in integers, columns with outliers apart. */
import type {Packed} from "../../formats/format.js";
import {type Int8Rows, THRESHOLD} from "../../formats/llm-int8/decompose.js";
import {llmInt8Inputs, packInputs, restoreColumns} from "../../formats/llm-int8/llm-int8-inputs.js";
import {requirePart, unpackScales} from "../../formats/pack.js";
import type {KernelRun} from "../../kernels/kernel-runs.js";
import type {WasmHeap} from "../../kernels/wasm-heap.js";
import {elementCount, matrixSize, type Tensor} from "../../tensor/tensor.js";
import type {GroupsKernel} from "./scale-makers.js";
import type {FastCodec} from "./wasm-codec.js";
import type {ColumnsKernel} from "./wasm-columns.js";

/** The kernel of rows in integers. */
export interface Int8RowsKernel {
  encodeInt8Rows(x: number, rows: number, columns: number, scales: number, codes: number): void;
  decodeInt8Rows(codes: number, rows: number, columns: number, scales: number, x: number): void;
}

/** Elements of a row that the kernel takes: whole vectors. */
const LANES = 16;
/** Floats in the memory of the kernel at once, or one row. */
const AT_ONCE = 2 ** 16;

const format = llmInt8Inputs();

interface Kernels {
  readonly int8: KernelRun<Int8RowsKernel>;
  readonly groups: KernelRun<GroupsKernel & ColumnsKernel>;
}

/** Encoder and decoder of the format `llm_int8_inputs` beside its id. */
export function wasmInt8Rows(heap: WasmHeap, kernels: Kernels): readonly [string, FastCodec] {
  const isTaken = (shape: readonly number[]) => (shape.at(-1) ?? 1) % LANES === 0 && elementCount(shape) > 0;
  return [
    format.id,
    {
      encode: (x) => (isTaken(x.shape) ? encode(heap, kernels, x) : format.encode(x)),
      decode: (packed, into) =>
        isTaken(packed.shape) ? decode(heap, kernels, packed, into) : format.decode(packed),
    },
  ];
}

/** Room for some rows: floats, then scales, then codes. */
function roomFor(heap: WasmHeap, columns: number) {
  const most = Math.max(1, Math.floor(AT_ONCE / columns));
  const at = heap.scratch(most * (5 * columns + 4) + 4 * columns + 64);
  const scales = at + 4 * most * columns;
  return {most, at, scales, codes: scales + 16 * Math.ceil(most / 4)};
}

/** Calls `visit` with each some rows: the first, their number, and their floats. */
function eachRows(
  {data, shape}: Tensor,
  most: number,
  visit: (first: number, some: number, floats: Float32Array) => void,
): void {
  const {rows, columns} = matrixSize({data, shape});
  for (let first = 0; first < rows; first += most) {
    const some = Math.min(most, rows - first);
    visit(first, some, data.subarray(first * columns, (first + some) * columns));
  }
}

/** The largest magnitude of each column; infinity or NaN where it holds one. */
function columnLargest(heap: WasmHeap, {groups}: Kernels, x: Tensor): Float32Array {
  const {columns} = matrixSize(x);
  const {most, at, codes} = roomFor(heap, columns);
  const largest = new Float32Array(columns);
  eachRows(x, most, (_, some, floats) => {
    heap.floats(at, floats.length).set(floats);
    groups.kernel.absMaxColumns(at, some, columns, codes);
    const found = heap.floats(codes, columns);
    for (let i = 0; i < columns; i++) largest[i] = Math.max(largest[i], found[i]);
  });
  return largest;
}

function encode(heap: WasmHeap, kernels: Kernels, x: Tensor): Packed {
  const largest = columnLargest(heap, kernels, x);
  // What is not finite is the plain encoder's to refuse.
  if (!largest.every(Number.isFinite)) return format.encode(x);
  const outliers = Uint32Array.from(largest.keys()).filter((column) => largest[column] >= THRESHOLD);
  return packInputs(format.id, x, outliers, rowsWithout(heap, kernels, x, outliers));
}

/** Rows in integers, outliers' columns being zeros. */
function rowsWithout(heap: WasmHeap, {int8, groups}: Kernels, x: Tensor, outliers: Uint32Array): Int8Rows {
  const {rows, columns} = matrixSize(x);
  const {most, at, scales: scalesAt, codes: codesAt} = roomFor(heap, columns);
  const [codes, scales] = [new Int8Array(x.data.length), new Float32Array(rows)];
  eachRows(x, most, (first, some, floats) => {
    const there = heap.floats(at, floats.length);
    there.set(floats);
    for (const column of outliers) for (let i = column; i < there.length; i += columns) there[i] = 0;
    groups.kernel.absMax(at, some, columns, scalesAt);
    const rowScales = heap.floats(scalesAt, some);
    rowScales.set(rowScales.map((most) => (most === 0 ? 1 : most)));
    int8.kernel.encodeInt8Rows(at, some, columns, scalesAt, codesAt);
    scales.set(rowScales, first);
    codes.set(new Int8Array(heap.memory.buffer, codesAt, floats.length), first * columns);
  });
  return {codes, scales};
}

function decode(heap: WasmHeap, {int8}: Kernels, packed: Packed, into?: Float32Array): Tensor {
  const count = elementCount(packed.shape);
  const data = into?.length === count ? into : new Float32Array(count);
  const x = {shape: [...packed.shape], data};
  const {rows, columns} = matrixSize(x);
  const codes = requirePart(packed, "integers", count);
  const scales = unpackScales(requirePart(packed, "scales", 4 * rows), "f32");
  const {most, at, scales: scalesAt, codes: codesAt} = roomFor(heap, columns);
  eachRows(x, most, (first, some, floats) => {
    heap.bytes(codesAt, floats.length).set(codes.subarray(first * columns, (first + some) * columns));
    heap.floats(scalesAt, some).set(scales.subarray(first, first + some));
    int8.kernel.decodeInt8Rows(codesAt, some, columns, scalesAt, at);
    floats.set(heap.floats(at, floats.length));
  });
  restoreColumns(packed, data);
  return x;
}
