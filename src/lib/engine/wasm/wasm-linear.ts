/** Products with matrices of floats in WebAssembly. */
import type {KernelRun} from "../../kernels/kernel-runs.js";
import type {WasmHeap} from "../../kernels/wasm-heap.js";
import type {Tensor} from "../../tensor/tensor.js";
import type {Linear} from "../backend.js";

/** The kernel of products. */
export interface Matmul {
  matmul(
    x: number,
    panels: number,
    bias: number,
    y: number,
    rows: number,
    inputs: number,
    paddedOut: number,
  ): void;
}

/** Outputs that the kernel computes at once. */
export const PANEL = 8;

/** Weights from which on threads share a product with one row. */
const SHARED = 2 ** 18;

/** y = x W^T + b in float32, shared by threads where it is large. */
export function wasmLinear(
  heap: WasmHeap,
  {matmul, ways}: {readonly matmul: KernelRun<Matmul>; readonly ways: number},
  {shape, data}: Tensor,
  bias: Float32Array | null,
): Linear {
  const [out, inputs] = shape;
  const paddedOut = Math.ceil(out / PANEL) * PANEL;
  const panels = heap.allocate(4 * paddedOut * inputs);
  const biases = heap.allocate(4 * paddedOut);
  packPanels(heap.floats(panels, paddedOut * inputs), data, out, inputs);
  if (bias !== null) heap.floats(biases, out).set(bias);
  // Each thread has panels of its own.
  const width = Math.ceil(paddedOut / ways / PANEL) * PANEL;
  const firsts = Array.from({length: Math.ceil(paddedOut / width)}, (_, i) => i * width);
  const runShared = (input: number, output: number, rows: number): Float32Array => {
    const y = new Float32Array(rows * out);
    const widthAt = (first: number) => Math.min(width, paddedOut - first);
    matmul.run(
      "matmul",
      firsts.map((first) => [
        ...[input, panels + 4 * first * inputs, biases + 4 * first, output + 4 * rows * first],
        ...[rows, inputs, widthAt(first)],
      ]),
    );
    for (const first of firsts) {
      const own = heap.floats(output + 4 * rows * first, rows * widthAt(first));
      placeColumns(y, own, {first, width: widthAt(first), out});
    }
    return y;
  };
  return (x) => {
    const rows = x.length / inputs;
    const input = heap.scratch(4 * (x.length + rows * paddedOut));
    const output = input + 4 * x.length;
    heap.floats(input, x.length).set(x);
    if (firsts.length > 1 && rows * out * inputs >= SHARED) return runShared(input, output, rows);
    matmul.kernel.matmul(input, panels, biases, output, rows, inputs, paddedOut);
    return dropPadding(heap.floats(output, rows * paddedOut), rows, out);
  };
}

/** Puts columns from `first` on, which are some of `out`, into the rows of y; those beyond `out` only fill up. */
function placeColumns(
  y: Float32Array,
  columns: Float32Array,
  {first, width, out}: {readonly first: number; readonly width: number; readonly out: number},
): void {
  const count = Math.min(width, out - first);
  for (let row = 0; row * width < columns.length; row++)
    y.set(columns.subarray(row * width, row * width + count), row * out + first);
}

/** W [out, inputs] as [out / 8][inputs][8]; the memory is zero where there is no output. */
export function packPanels(panels: Float32Array, w: Float32Array, out: number, inputs: number): void {
  for (let o = 0; o < out; o++) {
    const to = (o - (o % PANEL)) * inputs + (o % PANEL);
    for (let i = 0; i < inputs; i++) panels[to + i * PANEL] = w[o * inputs + i];
  }
}

/** A copy of the first `columns` values of every row. */
function dropPadding(padded: Float32Array, rows: number, columns: number): Float32Array {
  const stride = padded.length / rows;
  if (stride === columns) return padded.slice();
  const values = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    values.set(padded.subarray(row * stride, row * stride + columns), row * columns);
  }
  return values;
}
