/** Floats of 16 bits in WebAssembly. */
import {bf16, fp16} from "../../formats/float/float.js";
import type {Format} from "../../formats/format.js";
import {requirePart} from "../../formats/pack.js";
import type {WasmHeap} from "../../kernels/wasm-heap.js";
import {elementCount} from "../../tensor/tensor.js";
import type {FastCodec} from "./wasm-codec.js";

type Convert = (from: number, count: number, to: number) => void;

/** The kernel of floats of 16 bits. */
export type ShortFloatsKernel = Readonly<Record<"toBf16" | "fromBf16" | "toHalf" | "fromHalf", Convert>>;

/** Floats converted at once: they and their words stay in the first cache. */
const AT_ONCE = 2 ** 12;

/** Encoders and decoders by the id of their format. */
export const wasmShortFloats = (heap: WasmHeap, kernel: ShortFloatsKernel): ReadonlyMap<string, FastCodec> =>
  new Map([
    codecOf(heap, bf16, kernel.toBf16, kernel.fromBf16),
    codecOf(heap, fp16, kernel.toHalf, kernel.fromHalf),
  ]);

const codecOf = (heap: WasmHeap, {id}: Format, to: Convert, from: Convert): [string, FastCodec] => [
  id,
  {
    encode({shape, data}) {
      const codes = new Uint8Array(2 * data.length);
      const [floats, words] = rooms(heap);
      for (let first = 0; first < data.length; first += AT_ONCE) {
        const some = Math.min(AT_ONCE, data.length - first);
        heap.floats(floats, some).set(data.subarray(first, first + some));
        to(floats, some, words);
        codes.set(heap.bytes(words, 2 * some), 2 * first);
      }
      return {format: id, shape: [...shape], parts: {codes}};
    },
    decode(packed, into) {
      const count = elementCount(packed.shape);
      const codes = requirePart(packed, "codes", 2 * count);
      const data = into?.length === count ? into : new Float32Array(count);
      const [floats, words] = rooms(heap);
      for (let first = 0; first < count; first += AT_ONCE) {
        const some = Math.min(AT_ONCE, count - first);
        heap.bytes(words, 2 * some).set(codes.subarray(2 * first, 2 * (first + some)));
        from(words, some, floats);
        data.set(heap.floats(floats, some), first);
      }
      return {shape: [...packed.shape], data};
    },
  },
];

/** Room for floats and for their words. */
function rooms(heap: WasmHeap): readonly [number, number] {
  const floats = heap.scratch(6 * AT_ONCE);
  return [floats, floats + 4 * AT_ONCE];
}
