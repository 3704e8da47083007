/** MXFP4 whose blocks run down the first axis, packed and unpacked in WebAssembly. */
import {decodeValues} from "../../formats/cast.js";
import {e2m1, e8m0} from "../../formats/element.js";
import type {Format, Packed} from "../../formats/format.js";
import {mx} from "../../formats/mx/mx.js";
import {mxScaleByte} from "../../formats/mx/mx-scale.js";
import {requirePart} from "../../formats/pack.js";
import type {KernelRun} from "../../kernels/kernel-runs.js";
import type {WasmHeap} from "../../kernels/wasm-heap.js";
import {elementCount, type Tensor} from "../../tensor/tensor.js";
import {type FastCodec, piecesOf} from "./wasm-codec.js";
import {bytePlanes} from "./wasm-codes.js";

/** The kernel of blocks down the columns. */
export interface ColumnsKernel {
  absMaxColumns(x: number, rows: number, columns: number, largest: number): void;
  packE2m1Columns(x: number, rows: number, columns: number, scales: number, codes: number): void;
  decodeColumns(codes: number, rows: number, columns: number, table: number, scales: number, x: number): void;
}

const BLOCK = 32;
/** Columns must be whole vectors of codes. */
const LANES = 16;

const format = mx({axis: 0});

/** Encoder and decoder of the format `mxfp4_axis0` beside its id. */
export function wasmColumns(
  heap: WasmHeap,
  kernel: KernelRun<ColumnsKernel>,
  ways: number,
): readonly [string, FastCodec] {
  const table = heap.allocate(64);
  heap.bytes(table, 64).set(bytePlanes(e2m1.values));
  return [
    format.id,
    {
      encode: (x) => encode(heap, kernel, ways, x),
      decode: (packed, into) => decode(heap, kernel.kernel, table, packed, into),
    },
  ];
}

/** Rows and columns of a tensor; null where the kernel does not take its columns. */
function matrixOf([rows = 0, ...others]: readonly number[]): {rows: number; columns: number} | null {
  const columns = elementCount(others);
  return rows > 0 && columns > 0 && columns % LANES === 0 ? {rows, columns} : null;
}

/** Places of one block of rows: its floats, then scales and codes. */
function placesOf(columns: number) {
  const scales = 4 * BLOCK * columns;
  const codes = scales + 4 * columns;
  return {scales, codes, bytes: codes + (BLOCK / 2) * columns};
}

function encode(
  heap: WasmHeap,
  {run}: KernelRun<ColumnsKernel>,
  ways: number,
  x: Tensor,
): ReturnType<Format["encode"]> {
  const matrix = matrixOf(x.shape);
  if (matrix === null) return format.encode(x);
  const {rows, columns} = matrix;
  const codes = new Uint8Array(x.data.length / 2);
  const scales = new Uint8Array(Math.ceil(rows / BLOCK) * columns);
  const places = placesOf(columns);
  const scratch = heap.scratch(places.bytes * ways);
  const rowsOf = (block: number) => Math.min(BLOCK, rows - block * BLOCK);
  for (const pieces of piecesOf(scales.length / columns, {
    most: 1,
    atOnce: ways,
    scratch,
    place: places.bytes,
  })) {
    for (const {at, first} of pieces) {
      const from = first * BLOCK * columns;
      const part = x.data.subarray(from, from + rowsOf(first) * columns);
      heap.floats(at, part.length).set(part);
    }
    run(
      "absMaxColumns",
      pieces.map(({at, first}) => [at, rowsOf(first), columns, at + places.scales]),
    );
    for (const {at, first} of pieces) {
      const divisors = heap.floats(at + places.scales, columns);
      // What is not finite makes its whole block NaN, which is the plain encoder's to write.
      if (!divisors.every(Number.isFinite)) return format.encode(x);
      const bytes = scales.subarray(first * columns, (first + 1) * columns);
      for (let i = 0; i < columns; i++) bytes[i] = mxScaleByte("floor", e2m1, divisors[i]);
      divisors.set(decodeValues(e8m0, bytes));
    }
    run(
      "packE2m1Columns",
      pieces.map(({at, first}) => [at, rowsOf(first), columns, at + places.scales, at + places.codes]),
    );
    for (const {at, first} of pieces) {
      const length = (rowsOf(first) * columns) / 2;
      codes.set(heap.bytes(at + places.codes, length), (first * BLOCK * columns) / 2);
    }
  }
  return {format: format.id, shape: [...x.shape], parts: {codes, scales}};
}

function decode(
  heap: WasmHeap,
  kernel: ColumnsKernel,
  table: number,
  packed: Packed,
  into?: Float32Array,
): Tensor {
  const matrix = matrixOf(packed.shape);
  if (matrix === null) return format.decode(packed);
  const {rows, columns} = matrix;
  const count = rows * columns;
  const data = into?.length === count ? into : new Float32Array(count);
  const codes = requirePart(packed, "codes", count / 2);
  const scales = requirePart(packed, "scales", Math.ceil(rows / BLOCK) * columns);
  const places = placesOf(columns);
  const at = heap.scratch(places.bytes);
  for (let row = 0; row < rows; row += BLOCK) {
    const some = Math.min(BLOCK, rows - row);
    const from = row * columns;
    const bytes = codes.subarray(from / 2, (from + some * columns) / 2);
    heap.bytes(at + places.codes, bytes.length).set(bytes);
    const block = (row / BLOCK) * columns;
    heap.floats(at + places.scales, columns).set(decodeValues(e8m0, scales.subarray(block, block + columns)));
    kernel.decodeColumns(at + places.codes, some, columns, table, at + places.scales, at);
    data.set(heap.floats(at, some * columns), from);
  }
  return {shape: [...packed.shape], data};
}
