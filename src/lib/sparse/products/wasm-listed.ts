import type {Packed} from "../../formats/format.js";
import type {WasmHeap} from "../../kernels/wasm-heap.js";
import type {Tensor} from "../../tensor/tensor.js";
import {transpose} from "../../tensor/transpose.js";
import {listOf} from "../listed/listed-bf16.js";

/** Functions of the kernel on listed entries. */
export interface ListKernel {
  vectorListed(entries: number, starts: number, x: number, y: number, outputs: number): void;
  matrixListed(entries: number, starts: number, x: number, y: number, outputs: number, rows: number): void;
}

/** Rows that the kernel takes at once. */
const ROWS = 8;

/** Copies listed entries to the kernel's memory and gives their product with rows of x. */
export function loadList(heap: WasmHeap, kernel: ListKernel, packed: Packed) {
  const {entries, starts, inputs, outputs} = listOf(packed);
  const [atEntries, atStarts] = [heap.allocate(entries.byteLength), heap.allocate(starts.byteLength)];
  heap.integers(atEntries, entries.length).set(entries);
  heap.integers(atStarts, starts.length).set(starts);
  return ({data}: Tensor, rows: number): Float32Array => {
    const together = rows === 1 ? 1 : Math.ceil(rows / ROWS) * ROWS;
    const atX = heap.scratch(4 * together * (inputs + outputs));
    const atY = atX + 4 * together * inputs;
    if (rows === 1) {
      heap.floats(atX, inputs).set(data);
      kernel.vectorListed(atEntries, atStarts, atX, atY, outputs);
      return heap.floats(atY, outputs).slice();
    }
    const padded = new Float32Array(together * inputs);
    padded.set(data);
    heap.floats(atX, padded.length).set(transpose(padded, together, inputs));
    kernel.matrixListed(atEntries, atStarts, atX, atY, outputs, together);
    return transpose(heap.floats(atY, together * outputs), outputs, together).slice(0, rows * outputs);
  };
}
