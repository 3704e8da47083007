/** ggml's blocks, packed and unpacked in WebAssembly. */
import {e2m1} from "../../formats/element.js";
import type {Packed} from "../../formats/format.js";
import {levelsRoom} from "../../formats/ggml/block.js";
import {IQ4_LEVELS} from "../../formats/ggml/iq4.js";
import {ggmlBlock} from "../../formats/ggml/registry.js";
import {requireFinite} from "../../formats/groups.js";
import {requirePart} from "../../formats/pack.js";
import type {KernelRun} from "../../kernels/kernel-runs.js";
import type {KernelCall} from "../../kernels/kernel-threads.js";
import type {WasmHeap} from "../../kernels/wasm-heap.js";
import {elementCount, type Tensor} from "../../tensor/tensor.js";
import {blocksOfPiece, type FastCodec, type Piece, piecesAtOnce, piecesOf} from "./wasm-codec.js";
import {type Iq3, iq3Points, iq3Tables} from "./wasm-iq3.js";

type EncodeBlocks = (x: number, blocks: number, bytes: number, room: number) => void;
type DecodeBlocks = (bytes: number, blocks: number, x: number) => void;
type EncodeLevels = (x: number, blocks: number, bytes: number, room: number, table: number) => void;

/** Elements unpacked at once: a quarter of a megabyte of floats, which stays in the second cache. */
const AT_ONCE = 2 ** 16;
/** Blocks that a kernel may take together. */
const TOGETHER = 4;
/** The most that a kernel needs besides input and output. */
const ROOM = 8192;

type Names<Prefix extends string, Name extends string> = `${Prefix}${Name}`;

/** The kernel of ggml's blocks of 32 elements and less. */
export interface SmallBlocks
  extends Record<Names<"encode", "Q40" | "Q41" | "Q50" | "Q51" | "Q80">, EncodeBlocks>,
    Record<"decodeBytes", DecodeBlocks> {
  areFinite(x: number, count: number): number;
  readonly encodeMx4: EncodeLevels;
  readonly encodeNv4: EncodeLevels;
  decodeNibbles(bytes: number, blocks: number, x: number, table: number, hasMinimum: number): void;
  decodeFives(bytes: number, blocks: number, x: number, hasMinimum: number): void;
  decodeMx4(bytes: number, blocks: number, x: number, table: number): void;
  decodeNv4(bytes: number, blocks: number, x: number, table: number, scales: number): void;
}

/** The kernel of blocks of 256 elements with scales of scales. */
export type KQuants = Record<Names<"encode", "Q2K" | "Q3K" | "Q4K" | "Q5K" | "Q6K">, EncodeBlocks> &
  Record<Names<"decode", "Q2K" | "Q3K" | "Q4K" | "Q5K" | "Q6K">, DecodeBlocks>;

/** The kernel of blocks of -1, 0 and 1. */
export type Ternary = Record<"encodeTq1" | "encodeTq2", EncodeBlocks> &
  Record<"decodeTq1" | "decodeTq2", DecodeBlocks>;

/** The kernel of blocks with levels that are not evenly spaced. */
export interface Iq4 extends Record<"encodeIq4Nl" | "encodeIq4Xs", EncodeLevels> {
  decodeIq4Xs(bytes: number, blocks: number, x: number, levels: number): void;
}

/** The kernels of blocks, and how many calls of them go on at once. */
interface BlockKernels {
  readonly small: KernelRun<SmallBlocks>;
  readonly k: KernelRun<KQuants>;
  readonly iq3: KernelRun<Iq3>;
  readonly iq4: KernelRun<Iq4>;
  readonly ternary: KernelRun<Ternary>;
  readonly ways: number;
}

/** The call that packs the blocks of a piece, with input, blocks, output and room, and a table where it needs one. */
type EncodePiece = (numbers: readonly number[]) => KernelCall;

/** Makes it when it is first needed, which must be before a call has room. */
type PrepareEncode = () => EncodePiece;

/** Encoders and decoders of ggml's blocks by the id of their format, for rows of whole blocks. */
export function wasmBlockCodecs(heap: WasmHeap, kernels: BlockKernels): ReadonlyMap<string, FastCodec> {
  const {small, k, iq4} = {small: kernels.small.kernel, k: kernels.k.kernel, iq4: kernels.iq4.kernel};
  const table = levelTable(heap);
  const powers = powerTable(heap);
  const scales = nvScaleTable(heap);
  const levels = (values: readonly number[]) => putBytes(heap, Int8Array.from(values));
  const [q4, q41, halves, iq4Levels] = [
    levels(Array.from({length: 16}, (_, code) => code - 8)),
    levels(Array.from({length: 16}, (_, code) => code)),
    levels(e2m1.values.map((value) => 2 * value)),
    levels(IQ4_LEVELS),
  ];
  const by =
    <Kernel>({call}: KernelRun<Kernel>, name: keyof Kernel & string, ...tables: number[]): PrepareEncode =>
    () =>
    (numbers) =>
      call(name, [...numbers, ...tables]);
  const points = iq3Points(heap);
  let nearPoints: number | undefined;
  const encoders: Readonly<Record<string, PrepareEncode>> = {
    q4_0: by(kernels.small, "encodeQ40"),
    q4_1: by(kernels.small, "encodeQ41"),
    q5_0: by(kernels.small, "encodeQ50"),
    q5_1: by(kernels.small, "encodeQ51"),
    q8_0: by(kernels.small, "encodeQ80"),
    ggml_mxfp4: by(kernels.small, "encodeMx4", powers),
    ggml_nvfp4: by(kernels.small, "encodeNv4", scales),
    tq1_0: by(kernels.ternary, "encodeTq1"),
    tq2_0: by(kernels.ternary, "encodeTq2"),
    q2_K: by(kernels.k, "encodeQ2K"),
    q3_K: by(kernels.k, "encodeQ3K"),
    q4_K: by(kernels.k, "encodeQ4K"),
    q5_K: by(kernels.k, "encodeQ5K"),
    q6_K: by(kernels.k, "encodeQ6K"),
    iq3_s() {
      nearPoints ??= iq3Tables(heap);
      return by(kernels.iq3, "encodeIq3S", nearPoints)();
    },
    iq4_nl: by(kernels.iq4, "encodeIq4Nl", table),
    iq4_xs: by(kernels.iq4, "encodeIq4Xs", table),
  };
  const decoders: Readonly<Record<string, DecodeBlocks>> = {
    q4_0: (bytes, blocks, x) => small.decodeNibbles(bytes, blocks, x, q4, 0),
    q4_1: (bytes, blocks, x) => small.decodeNibbles(bytes, blocks, x, q41, 1),
    q5_0: (bytes, blocks, x) => small.decodeFives(bytes, blocks, x, 0),
    q5_1: (bytes, blocks, x) => small.decodeFives(bytes, blocks, x, 1),
    q8_0: small.decodeBytes,
    iq4_nl: (bytes, blocks, x) => small.decodeNibbles(bytes, blocks, x, iq4Levels, 0),
    ggml_mxfp4: (bytes, blocks, x) => small.decodeMx4(bytes, blocks, x, halves),
    ggml_nvfp4: (bytes, blocks, x) => small.decodeNv4(bytes, blocks, x, halves, scales),
    iq3_s: (bytes, blocks, x) => kernels.iq3.kernel.decodeIq3S(bytes, blocks, x, points),
    iq4_xs: (bytes, blocks, x) => iq4.decodeIq4Xs(bytes, blocks, x, iq4Levels),
    tq1_0: kernels.ternary.kernel.decodeTq1,
    tq2_0: kernels.ternary.kernel.decodeTq2,
    q2_K: k.decodeQ2K,
    q3_K: k.decodeQ3K,
    q4_K: k.decodeQ4K,
    q5_K: k.decodeQ5K,
    q6_K: k.decodeQ6K,
  };
  const ids = new Set([...Object.keys(encoders), ...Object.keys(decoders)]);
  return new Map(
    Array.from(ids, (id): [string, FastCodec] => [
      id,
      {
        ...(encoders[id] && {encode: encoderOf(heap, id, encoders[id], kernels)}),
        ...(decoders[id] && {decode: decoderOf(heap, id, decoders[id])}),
      },
    ]),
  );
}

function putBytes(heap: WasmHeap, bytes: Int8Array): number {
  const at = heap.allocate(bytes.length);
  heap.bytes(at, bytes.length).set(new Uint8Array(bytes.buffer));
  return at;
}

/** The block of a format; ggml's own name is that without the prefix. */
const blockOf = (id: string) => ggmlBlock(id.replace(/^ggml_/, ""))!;

/** Numbers from which on a float32 logarithm is the next power of two's, for exponents from -149 to 127. */
function powerTable(heap: WasmHeap): number {
  const [least, most] = [-149, 127];
  const at = heap.allocate(8 * (most - least + 1));
  for (let exponent = least; exponent <= most; exponent++) {
    let [low, high] = [2 ** exponent, 2 ** (exponent + 1)];
    while (high - low > 2 ** (exponent - 40)) {
      const middle = (low + high) / 2;
      if (Math.fround(Math.log2(middle)) >= exponent + 1) high = middle;
      else low = middle;
    }
    heap.doubles(at, most - least + 1)[exponent - least] = high;
  }
  return at;
}

/** Half of every scale of NVFP4 by its byte. */
function nvScaleTable(heap: WasmHeap): number {
  const room = levelsRoom(blockOf("nvfp4").levels!, 64);
  const at = heap.allocate(4 * 256);
  for (let byte = 0; byte < 256; byte++) {
    const bytes = new Uint8Array(36).fill(byte, 0, 4);
    blockOf("nvfp4").levels!.read(bytes, 0, room, 0);
    heap.floats(at, 256)[byte] = room.scales[0];
  }
  return at;
}

function encoderOf(heap: WasmHeap, id: string, prepare: PrepareEncode, {small, ways}: BlockKernels) {
  const {elements, bytes} = blockOf(id);
  return (x: Tensor): Packed => {
    const count = x.data.length / elements;
    const most = blocksOfPiece(count, elements, ways);
    const atOnce = piecesAtOnce(ways);
    const output = 4 * most * elements;
    const place = output + Math.ceil((most * bytes + ROOM) / 64) * 64;
    const blocks = new Uint8Array(count * bytes);
    const encode = prepare();
    const scratch = heap.scratch(place * atOnce);
    for (const pieces of piecesOf(count, {most, atOnce, scratch, place})) {
      const areFinite = small.runPieces(
        pieces.map(({at, count}) => [
          small.call("areFinite", [at, count * elements]),
          encode([at, count, at + output, at + output + most * bytes]),
        ]),
        {
          bring: (i) => putBlocks(heap, x.data, elements, most, pieces[i]),
          fetch(i) {
            const {at, first, count} = pieces[i];
            blocks.set(heap.bytes(at + output, count * bytes), first * bytes);
          },
        },
      );
      if (!areFinite) requireFinite(id, x);
    }
    return {format: id, shape: [...x.shape], parts: {blocks}};
  };
}

function putBlocks(
  heap: WasmHeap,
  data: Float32Array,
  elements: number,
  most: number,
  {at, first, count}: Piece,
): void {
  const room = heap.floats(at, most * elements);
  room.set(data.subarray(first * elements, (first + count) * elements));
  // What is packed together with the last blocks is left where it is.
  room.fill(0, count * elements, Math.min(room.length, (count + TOGETHER - 1) * elements));
}

function decoderOf(heap: WasmHeap, id: string, decode: DecodeBlocks) {
  const {elements, bytes} = blockOf(id);
  const most = AT_ONCE / elements;
  return (packed: Packed, into?: Float32Array): Tensor => {
    const length = elementCount(packed.shape);
    const data = into?.length === length ? into : new Float32Array(length);
    const count = length / elements;
    const blocks = requirePart(packed, "blocks", count * bytes);
    const input = heap.scratch(4 * AT_ONCE + most * bytes + 16);
    const output = input + Math.ceil((most * bytes) / 16) * 16;
    for (let first = 0; first < count; first += most) {
      const some = Math.min(most, count - first);
      heap.bytes(input, some * bytes).set(blocks.subarray(first * bytes, (first + some) * bytes));
      decode(input, some, output);
      data.set(heap.floats(output, some * elements), first * elements);
    }
    return {shape: [...packed.shape], data};
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
