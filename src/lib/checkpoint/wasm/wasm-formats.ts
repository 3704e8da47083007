import type {EncodeOptions, Format, Packed} from "../../formats/format.js";
import {wasmHeap} from "../../kernels/wasm-heap.js";
import type {Tensor} from "../../tensor/tensor.js";
import {type FastCodec, wasmBlockCodecs} from "./wasm-blocks.js";
import {codeDecoder, codesKernel} from "./wasm-codes.js";
import {wasmGroupEncoders} from "./wasm-groups.js";
import {wasmRazerCodecs} from "./wasm-razer.js";

/** Gives a format whose encoder is faster, or the same one where there is none. */
export type FasterFormat = (format: Format) => Format;

/**
 * Formats whose encoders or decoders run in WebAssembly with SIMD. They are the same formats: ids, bytes and refusals are those of the
 * plain ones, which still pack what the kernels do not take (importance, rows that end inside a block).
 * @throws WebAssembly.CompileError where the machine has no SIMD.
 */
export async function wasmFormats(): Promise<FasterFormat> {
  const heap = wasmHeap();
  const kernel = await codesKernel(heap);
  const encoders = await wasmGroupEncoders(heap, kernel);
  const codecs = new Map<string, FastCodec>([
    ...Array.from(encoders, ([id, encode]): [string, FastCodec] => [id, {encode}]),
    ...(await wasmRazerCodecs(heap)),
    ...(await wasmBlockCodecs(heap)),
  ]);
  return (format) => {
    const fast = codecs.get(format.id);
    const {encode = format.encode} = fast ?? {};
    const decode = fast?.decode ?? codeDecoder(heap, kernel, format) ?? format.decode;
    if (encode === format.encode && decode === format.decode) return format;
    const isWhole = (shape: readonly number[]) => (shape.at(-1) ?? 1) % (format.blockSize ?? 1) === 0;
    return Object.freeze({
      ...format,
      encode: (x: Tensor, options?: EncodeOptions) =>
        options?.importance === undefined && isWhole(x.shape)
          ? encode(x, options)
          : format.encode(x, options),
      decode: (packed: Packed, into?: Float32Array) =>
        isWhole(packed.shape) ? decode(packed, into) : format.decode(packed),
    });
  };
}

let known: Promise<FasterFormat> | undefined;

/** {@link wasmFormats}, made once; where there is no WebAssembly with SIMD, the plain formats. */
export function fasterFormats(): Promise<FasterFormat> {
  known ??= wasmFormats().catch(() => (format) => format);
  return known;
}
