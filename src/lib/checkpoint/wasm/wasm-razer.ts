/** RaZeR's weight formats, packed and unpacked in WebAssembly. */
import {e2m1, e3m3} from "../../formats/element.js";
import type {Packed} from "../../formats/format.js";
import {requireFinite} from "../../formats/groups.js";
import {requirePart} from "../../formats/pack.js";
import {RAZER_LARGEST, razer} from "../../formats/razer/razer.js";
import {codebookWith, specialCodebook} from "../../formats/razer/razer-search.js";
import {packTensorScale, tensorScaleOf, unpackTensorScale} from "../../formats/tensor-scale.js";
import type {KernelRun} from "../../kernels/kernel-runs.js";
import type {WasmHeap} from "../../kernels/wasm-heap.js";
import {elementCount, type Tensor} from "../../tensor/tensor.js";
import {blocksOfPiece, type FastCodec, type Piece, piecesAtOnce, piecesOf} from "./wasm-codec.js";
import {bytePlanes} from "./wasm-codes.js";
import type {LargestOf} from "./wasm-groups.js";

/** The kernel of RaZeR. */
export interface RazerKernel {
  encodeRazer(
    x: number,
    blocks: number,
    g: number,
    specials: number,
    count: number,
    codes: number,
    scales: number,
    room: number,
  ): void;
  decodeRazer(
    codes: number,
    scales: number,
    blocks: number,
    tables: number,
    worth: number,
    g: number,
    x: number,
  ): void;
}

const BLOCK = 16;
/** Blocks unpacked at once: a quarter of a megabyte of floats. */
const AT_ONCE = 2 ** 12;
/** Blocks that the kernel packs together. */
const TOGETHER = 4;
const ROOM = 512;

const SETS = [
  [5, -5, 8, -8],
  [5, -5, 7, -7],
] as const;

/** Encoders and decoders by the id of their format, for rows of whole blocks. */
export function wasmRazerCodecs(
  heap: WasmHeap,
  razerKernel: KernelRun<RazerKernel>,
  largestOf: LargestOf,
  ways: number,
): ReadonlyMap<string, FastCodec> {
  const {kernel} = razerKernel;
  const worth = heap.allocate(4 * 256);
  for (let byte = 0; byte < 256; byte++) heap.floats(worth, 256)[byte] = e3m3.values[byte & 63];
  return new Map(
    SETS.map((specials): [string, FastCodec] => {
      const {id} = razer({specials});
      const at = heap.allocate(64 * specials.length);
      specials.forEach((special, i) => {
        heap.bytes(at + 64 * i, 64).set(bytePlanes(codebookWith(e2m1, special).values));
      });
      return [
        id,
        {
          encode: (x, {amax} = {}) =>
            encode(heap, {razer: razerKernel, largestOf, ways, id, specials}, x, amax),
          decode: (packed, into) => decode(heap, kernel.decodeRazer, {tables: at, worth}, packed, into),
        },
      ];
    }),
  );
}

function decode(
  heap: WasmHeap,
  kernel: RazerKernel["decodeRazer"],
  {tables, worth}: {readonly tables: number; readonly worth: number},
  packed: Packed,
  into?: Float32Array,
): Tensor {
  const length = elementCount(packed.shape);
  const data = into?.length === length ? into : new Float32Array(length);
  const count = length / BLOCK;
  const codes = requirePart(packed, "codes", length / 2);
  const scales = requirePart(packed, "scales", count);
  const g = unpackTensorScale(requirePart(packed, "tensorScale", 4));
  const input = heap.scratch(AT_ONCE * (4 * BLOCK + BLOCK / 2 + 1) + 64);
  const [atCodes, atScales] = [input + 4 * BLOCK * AT_ONCE, input + (4 * BLOCK + BLOCK / 2) * AT_ONCE];
  for (let first = 0; first < count; first += AT_ONCE) {
    const some = Math.min(AT_ONCE, count - first);
    heap
      .bytes(atCodes, (some * BLOCK) / 2)
      .set(codes.subarray((first * BLOCK) / 2, ((first + some) * BLOCK) / 2));
    heap.bytes(atScales, some).set(scales.subarray(first, first + some));
    kernel(atCodes, atScales, some, tables, worth, g, input);
    data.set(heap.floats(input, some * BLOCK), first * BLOCK);
  }
  return {shape: [...packed.shape], data};
}

interface Encoding {
  readonly razer: KernelRun<RazerKernel>;
  readonly largestOf: LargestOf;
  readonly ways: number;
  readonly id: string;
  readonly specials: readonly number[];
}

function encode(
  heap: WasmHeap,
  {razer: {call, runPieces}, largestOf, ways, id, specials}: Encoding,
  x: Tensor,
  amax: number | undefined,
): Packed {
  const largest = x.data.length === 0 ? 0 : largestOf(x.data);
  if (!Number.isFinite(largest)) requireFinite("razer", x);
  const tensorScale = tensorScaleOf(x, RAZER_LARGEST, amax ?? largest);
  const g = tensorScale === 0 ? Number.POSITIVE_INFINITY : tensorScale;
  const count = x.data.length / BLOCK;
  const codes = new Uint8Array(count * (BLOCK / 2));
  const scales = new Uint8Array(count);
  const most = blocksOfPiece(count, BLOCK, ways);
  const atOnce = piecesAtOnce(ways);
  const place = Math.ceil((most * (4 * BLOCK + BLOCK / 2 + 1) + ROOM) / 64) * 64;
  const atTable = heap.scratch(64 + atOnce * place);
  const codesAt = (at: number) => at + 4 * BLOCK * most;
  const scalesAt = (at: number) => codesAt(at) + (BLOCK / 2) * most;
  heap.floats(atTable, 4 * specials.length).set(specials.flatMap(placeOf));
  for (const pieces of piecesOf(count, {most, atOnce, scratch: atTable + 64, place})) {
    const bring = (i: number): void => {
      const {at, first, count: some} = pieces[i];
      const room = heap.floats(at, BLOCK * most);
      room.set(x.data.subarray(first * BLOCK, (first + some) * BLOCK));
      // The kernel takes four blocks at a time: what is behind the last ones is packed too, and left there.
      room.fill(0, some * BLOCK, Math.min(room.length, (some + TOGETHER - 1) * BLOCK));
    };
    const encodePiece = ({at, count: some}: Piece) => [
      call("encodeRazer", [
        ...[at, some, g, atTable, specials.length, codesAt(at), scalesAt(at), scalesAt(at) + most],
      ]),
    ];
    const fetch = (i: number): void => {
      const {at, first, count: some} = pieces[i];
      codes.set(heap.bytes(codesAt(at), some * (BLOCK / 2)), first * (BLOCK / 2));
      scales.set(heap.bytes(scalesAt(at), some), first);
    };
    runPieces(pieces.map(encodePiece), {bring, fetch});
  }
  const parts = {codes, scales, tensorScale: packTensorScale(tensorScale)};
  return {format: id, shape: [...x.shape], parts};
}

/** A special value, the numbers between which it is the nearest level, and the largest magnitude of all levels. */
function placeOf(special: number): number[] {
  const {levels, thresholds, largest} = specialCodebook(e2m1, special);
  const place = levels.indexOf(special);
  const below = place === 0 ? Number.NEGATIVE_INFINITY : thresholds.sorted[place - 1];
  return [special, below, thresholds.sorted[place], largest];
}
