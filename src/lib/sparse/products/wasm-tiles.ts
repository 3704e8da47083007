import type {Packed} from "../../formats/format.js";
import type {WasmHeap} from "../../kernels/wasm-heap.js";
import type {Tensor} from "../../tensor/tensor.js";
import {onesOf} from "../bitmap/bitmap.js";
import {bitmapOf} from "../bitmap/bitmap-parts.js";
import {TILE_OUTPUTS, TILE_ROWS, type TileGrid, tileEntries, tileGrid} from "../bitmap/tile-order.js";
import {outputScales, quantizeTokens} from "./sparse-linear.js";

/** Functions of the kernel on bitmaps. */
export interface TileKernel {
  writeShuffles(table: number): void;
  vectorBf16(
    table: number,
    map: number,
    values: number,
    x: number,
    y: number,
    columns: number,
    rows: number,
    isPaired: number,
  ): void;
  vectorInt8(
    table: number,
    map: number,
    values: number,
    q: number,
    y: number,
    room: number,
    columns: number,
    rows: number,
    isPaired: number,
  ): void;
  matrixBf16(
    table: number,
    map: number,
    values: number,
    starts: number,
    x: number,
    y: number,
    room: number,
    zeros: number,
    rowsOfX: number,
    columns: number,
    rows: number,
    isPaired: number,
  ): void;
}

/** Memory of a matrix, its sizes, and the kernel that reads it. */
interface Loaded {
  readonly heap: WasmHeap;
  readonly kernel: TileKernel;
  readonly grid: TileGrid;
  readonly outputs: number;
  readonly inputs: number;
  readonly table: number;
  readonly map: number;
  readonly values: number;
  readonly starts: number;
}

const TABLE_BYTES = 256 * (16 + 8);
/** Bytes behind the last value that a vector load may reach. */
const BEHIND = 16;

/** Copies a bitmap to the kernel's memory and gives its product with rows of x. */
export function loadTiles(heap: WasmHeap, kernel: TileKernel, packed: Packed) {
  if (packed.format !== "bitmap-int8") {
    const loaded = load(heap, kernel, packed, 2);
    return (x: Tensor, rows: number) => timesBf16(loaded, x, rows);
  }
  const loaded = load(heap, kernel, packed, 4);
  const scales = outputScales(packed);
  return (x: Tensor, rows: number) => timesInt8(loaded, x, rows, scales);
}

function load(heap: WasmHeap, kernel: TileKernel, packed: Packed, interleave: 2 | 4): Loaded {
  const {map, sizes} = bitmapOf(packed, interleave);
  const grid = tileGrid(sizes);
  const table = heap.allocate(TABLE_BYTES);
  kernel.writeShuffles(table);
  const at = {
    map: heap.allocate(map.bitmap.byteLength),
    values: heap.allocate(map.values.byteLength + BEHIND),
    starts: heap.allocate(4 * grid.columns * grid.rows),
  };
  const {bitmap, values} = packed.parts;
  heap.bytes(at.map, bitmap.length).set(bitmap);
  heap.bytes(at.values, values.length).set(values);
  writeTileStarts(heap, at.starts, map.bitmap, tileEntries(interleave) / 32);
  return {heap, kernel, grid, ...sizes, table, ...at};
}

/** Writes how many values stand before each tile. */
function writeTileStarts(heap: WasmHeap, at: number, words: Uint32Array, wordsOfTile: number): void {
  const starts = heap.integers(at, words.length / wordsOfTile);
  let count = 0;
  for (let word = 0; word < words.length; word++) {
    if (word % wordsOfTile === 0) starts[word / wordsOfTile] = count;
    count += onesOf(words[word]);
  }
}

function timesBf16(loaded: Loaded, x: Tensor, rows: number): Float32Array {
  const {heap, kernel, grid, inputs, table, map, values, starts} = loaded;
  const [paddedIn, paddedOut] = [grid.rows * TILE_ROWS * 2, grid.columns * TILE_OUTPUTS];
  const bytes = {x: 4 * rows * paddedIn, y: 4 * rows * paddedOut, room: 64 * paddedIn, zeros: 32};
  const atX = heap.scratch(bytes.x + bytes.y + bytes.room + bytes.zeros);
  const atY = atX + bytes.x;
  writePadded(heap.floats(atX, rows * paddedIn), x.data, inputs, paddedIn);
  const y = heap.floats(atY, rows * paddedOut).fill(0);
  const paired = grid.paired ? 1 : 0;
  if (rows === 1) kernel.vectorBf16(table, map, values, atX, atY, grid.columns, grid.rows, paired);
  else {
    const [room, zeros] = [atY + bytes.y, atY + bytes.y + bytes.room];
    heap.floats(zeros, 8).fill(0);
    const sizes = [rows, grid.columns, grid.rows, paired] as const;
    kernel.matrixBf16(table, map, values, starts, atX, atY, room, zeros, ...sizes);
  }
  return withoutPadding(y, rows, paddedOut, loaded.outputs);
}

function timesInt8(loaded: Loaded, x: Tensor, rows: number, steps: Float32Array): Float32Array {
  const {heap, kernel, grid, inputs, outputs, table, map, values} = loaded;
  const {codes, scales} = quantizeTokens(x, inputs);
  const paddedIn = grid.rows * TILE_ROWS * 4;
  const bytes = {q: 4 * paddedIn, y: 64 * grid.columns, room: 128 * grid.columns};
  const atQ = heap.scratch(bytes.q + bytes.y + bytes.room);
  const [atY, room] = [atQ + bytes.q, atQ + bytes.q + bytes.y];
  const data = new Float32Array(rows * outputs);
  for (let row = 0; row < rows; row++) {
    writeFours(heap.shorts(atQ, 2 * paddedIn).fill(0), codes.subarray(row * inputs, (row + 1) * inputs));
    heap.bytes(room, bytes.room).fill(0);
    kernel.vectorInt8(table, map, values, atQ, atY, room, grid.columns, grid.rows, grid.paired ? 1 : 0);
    const sums = heap.integers(atY, outputs);
    for (let output = 0; output < outputs; output++) {
      data[row * outputs + output] = sums[output] / (scales[row] * steps[output]);
    }
  }
  return data;
}

/** Each four inputs twice, as a product with four weights of two outputs reads them. */
function writeFours(to: Int16Array, codes: Int8Array): void {
  for (let i = 0; i < codes.length; i++) {
    const at = ((i >> 2) << 3) + (i & 3);
    to[at] = to[at + 4] = codes[i];
  }
}

/** Rows with zeros behind their ends. */
function writePadded(to: Float32Array, from: Float32Array, width: number, padded: number): void {
  if (width === padded) {
    to.set(from);
    return;
  }
  to.fill(0);
  for (let row = 0; row * padded < to.length; row++) {
    to.set(from.subarray(row * width, (row + 1) * width), row * padded);
  }
}

function withoutPadding(y: Float32Array, rows: number, padded: number, width: number): Float32Array {
  const out = new Float32Array(rows * width);
  for (let row = 0; row < rows; row++) out.set(y.subarray(row * padded, row * padded + width), row * width);
  return out;
}
