/** ggml's searched blocks, packed in WebAssembly. */
import type {Format, Packed} from "../../formats/format.js";
import {requireFinite} from "../../formats/groups.js";
import {kQuantsWasm} from "../../kernels/generated/k-quants.js";
import type {WasmHeap} from "../../kernels/wasm-heap.js";
import type {Tensor} from "../../tensor/tensor.js";

type EncodeBlocks = (x: number, blocks: number, bytes: number, room: number) => void;

interface Kernel {
  encodeQ2K: EncodeBlocks;
  encodeQ4K: EncodeBlocks;
  encodeQ5K: EncodeBlocks;
}

const ELEMENTS = 256;
/** Super-blocks packed at once: a megabyte of floats, which stays in the caches. */
const AT_ONCE = 1024;
const ROOM = 8192;

/** Encoders of whole super-blocks of 256 by the id of their format: they write `blocks` times `bytes`. */
export async function wasmBlockEncoders(heap: WasmHeap): Promise<ReadonlyMap<string, Format["encode"]>> {
  const {encodeQ2K, encodeQ4K, encodeQ5K} = await heap.instantiate<Kernel>(kQuantsWasm);
  const kinds = [
    ["q2_K", 84, encodeQ2K],
    ["q4_K", 144, encodeQ4K],
    ["q5_K", 176, encodeQ5K],
  ] as const;
  return new Map(kinds.map(([id, bytes, encode]) => [id, encoderOf(heap, id, bytes, encode)]));
}

function encoderOf(heap: WasmHeap, id: string, bytes: number, encode: EncodeBlocks) {
  return (x: Tensor): Packed => {
    requireFinite(id, x);
    const count = x.data.length / ELEMENTS;
    const blocks = new Uint8Array(count * bytes);
    const input = heap.scratch(AT_ONCE * (4 * ELEMENTS + bytes) + ROOM);
    const output = input + 4 * AT_ONCE * ELEMENTS;
    for (let first = 0; first < count; first += AT_ONCE) {
      const some = Math.min(AT_ONCE, count - first);
      const part = x.data.subarray(first * ELEMENTS, (first + some) * ELEMENTS);
      heap.floats(input, part.length).set(part);
      encode(input, some, output, output + AT_ONCE * bytes);
      blocks.set(heap.bytes(output, some * bytes), first * bytes);
    }
    return {format: id, shape: [...x.shape], parts: {blocks}};
  };
}
