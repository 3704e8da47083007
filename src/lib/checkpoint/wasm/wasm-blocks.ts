/** ggml's searched blocks, packed in WebAssembly. */
import type {Format, Packed} from "../../formats/format.js";
import {IQ4_LEVELS} from "../../formats/ggml/iq4.js";
import {ggmlBlock} from "../../formats/ggml/registry.js";
import {requireFinite} from "../../formats/groups.js";
import {iq4Wasm} from "../../kernels/generated/iq4.js";
import {kQuantsWasm} from "../../kernels/generated/k-quants.js";
import type {WasmHeap} from "../../kernels/wasm-heap.js";
import type {Tensor} from "../../tensor/tensor.js";

type EncodeBlocks = (x: number, blocks: number, bytes: number, room: number) => void;
type EncodeLevels = (x: number, blocks: number, bytes: number, room: number, table: number) => void;

/** Elements packed at once: a megabyte of floats, which stays in the caches. */
const AT_ONCE = 2 ** 18;
/** Blocks that a kernel may take together. */
const TOGETHER = 4;
/** The most that a kernel needs besides input and output. */
const ROOM = 8192;

/** Encoders of ggml's blocks by the id of their format, for rows of whole blocks. */
export async function wasmBlockEncoders(heap: WasmHeap): Promise<ReadonlyMap<string, Format["encode"]>> {
  const k =
    await heap.instantiate<Record<"encodeQ2K" | "encodeQ4K" | "encodeQ5K", EncodeBlocks>>(kQuantsWasm);
  const iq4 = await heap.instantiate<Record<"encodeIq4Nl" | "encodeIq4Xs", EncodeLevels>>(iq4Wasm);
  const table = levelTable(heap);
  const kernels: Readonly<Record<string, EncodeBlocks>> = {
    q2_K: k.encodeQ2K,
    q4_K: k.encodeQ4K,
    q5_K: k.encodeQ5K,
    iq4_nl: (x, blocks, bytes, room) => iq4.encodeIq4Nl(x, blocks, bytes, room, table),
    iq4_xs: (x, blocks, bytes, room) => iq4.encodeIq4Xs(x, blocks, bytes, room, table),
  };
  return new Map(Object.entries(kernels).map(([id, encode]) => [id, encoderOf(heap, id, encode)]));
}

function encoderOf(heap: WasmHeap, id: string, encode: EncodeBlocks) {
  const {elements, bytes} = ggmlBlock(id)!;
  const most = AT_ONCE / elements;
  return (x: Tensor): Packed => {
    requireFinite(id, x);
    const count = x.data.length / elements;
    const blocks = new Uint8Array(count * bytes);
    const input = heap.scratch(4 * AT_ONCE + most * bytes + ROOM);
    const output = input + 4 * AT_ONCE;
    for (let first = 0; first < count; first += most) {
      const some = Math.min(most, count - first);
      const room = heap.floats(input, AT_ONCE);
      room.set(x.data.subarray(first * elements, (first + some) * elements));
      // What is packed together with the last blocks is left where it is.
      room.fill(0, some * elements, Math.min(AT_ONCE, (some + TOGETHER - 1) * elements));
      encode(input, some, output, output + most * bytes);
      blocks.set(heap.bytes(output, some * bytes), first * bytes);
    }
    return {format: id, shape: [...x.shape], parts: {blocks}};
  };
}

/** Level and code nearest to every half from -128 up to 127.5, midway the upper one: all numbers up to the next half have them too. */
function levelTable(heap: WasmHeap): number {
  const at = heap.allocate(512 * 5);
  for (let half = 0; half < 512; half++) {
    const v = half / 2 - 128;
    const code = IQ4_LEVELS.findIndex((level, i) => i === 15 || v < (level + IQ4_LEVELS[i + 1]) / 2);
    heap.floats(at, 512)[half] = IQ4_LEVELS[code];
    heap.bytes(at + 2048, 512)[half] = code;
  }
  return at;
}
