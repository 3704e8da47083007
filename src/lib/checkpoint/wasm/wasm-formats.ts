import type {EncodeOptions, Format} from "../../formats/format.js";
import {wasmHeap} from "../../kernels/wasm-heap.js";
import {matrixSize, type Tensor} from "../../tensor/tensor.js";
import {wasmBlockEncoders} from "./wasm-blocks.js";
import {wasmGroupEncoders} from "./wasm-groups.js";
import {wasmRazerEncoders} from "./wasm-razer.js";

/** Gives a format whose encoder is faster, or the same one where there is none. */
export type FasterFormat = (format: Format) => Format;

/**
 * Formats whose encoders run in WebAssembly with SIMD. They are the same formats: ids, bytes and refusals are those of the
 * plain ones, which still pack what the kernels do not take (importance, rows that end inside a block).
 * @throws WebAssembly.CompileError where the machine has no SIMD.
 */
export async function wasmFormats(): Promise<FasterFormat> {
  const heap = wasmHeap();
  const encoders = new Map([
    ...(await wasmGroupEncoders(heap)),
    ...(await wasmRazerEncoders(heap)),
    ...(await wasmBlockEncoders(heap)),
  ]);
  return (format) => {
    const fast = encoders.get(format.id);
    if (fast === undefined) return format;
    const takes = (x: Tensor, options?: EncodeOptions) =>
      options?.importance === undefined && matrixSize(x).columns % (format.blockSize ?? 1) === 0;
    return Object.freeze({
      ...format,
      encode: (x: Tensor, options?: EncodeOptions) =>
        takes(x, options) ? fast(x, options) : format.encode(x, options),
    });
  };
}

let known: Promise<FasterFormat> | undefined;

/** {@link wasmFormats}, made once; where there is no WebAssembly with SIMD, the plain formats. */
export function fasterFormats(): Promise<FasterFormat> {
  known ??= wasmFormats().catch(() => (format) => format);
  return known;
}
