/** 4over6, packed and unpacked in WebAssembly. */
import type {EncodeOptions, Packed} from "../../formats/format.js";
import {fourOverSix} from "../../formats/nvfp4/four-over-six.js";
import {nvfp4, nvfp4TensorScale} from "../../formats/nvfp4/nvfp4.js";
import {requirePart} from "../../formats/pack.js";
import {packTensorScale, unpackTensorScale} from "../../formats/tensor-scale.js";
import type {KernelRun} from "../../kernels/kernel-runs.js";
import type {WasmHeap} from "../../kernels/wasm-heap.js";
import type {Tensor} from "../../tensor/tensor.js";
import type {GroupKernels} from "./grouped.js";
import {blocksOfPiece, type FastCodec, type Piece, piecesAtOnce, piecesOf} from "./wasm-codec.js";
import {codeDecoder} from "./wasm-codes.js";
import {largestOf} from "./wasm-groups.js";

/** The kernel of 4over6. */
export interface FourOverSixKernel {
  packFourOverSix(
    x: number,
    blocks: number,
    g: number,
    sixes: number,
    fours: number,
    sixBytes: number,
    fourBytes: number,
    codes: number,
    scales: number,
  ): void;
}

const BLOCK = 16;

const format = fourOverSix();

interface Kernels extends Omit<GroupKernels, "signs"> {
  readonly fourOverSix: KernelRun<FourOverSixKernel>;
}

/** Encoder and decoder of the format `four_over_six` beside its id, for rows of whole blocks. */
export function wasmFourOverSix(heap: WasmHeap, kernels: Kernels): readonly [string, FastCodec] {
  // Blocks are those of NVFP4 without a scale of the tensor, which multiplies last.
  const decodeBlocks = codeDecoder(heap, kernels.codes.kernel, nvfp4({tensorScale: "none"}))!;
  return [
    format.id,
    {
      encode: (x, options) => encode(heap, kernels, x, options),
      decode(packed, into) {
        const g = unpackTensorScale(requirePart(packed, "tensorScale", 4));
        const {shape, data} = decodeBlocks(packed, into);
        for (let i = 0; i < data.length; i++) data[i] = data[i] * g;
        return {shape, data};
      },
    },
  ];
}

/** Places of one piece: floats, then largest magnitudes, scales under six and under four, their bytes, and what comes out. */
function placesOf(most: number) {
  const [amax, sixes, fours] = [0, 1, 2].map((i) => 4 * most * (BLOCK + i));
  const [sixBytes, fourBytes, scales] = [0, 1, 2].map((i) => fours + most * (4 + i));
  const codes = scales + most;
  return {amax, sixes, fours, sixBytes, fourBytes, scales, codes, bytes: codes + (BLOCK / 2) * most + 64};
}

function encode(
  heap: WasmHeap,
  {fourOverSix: {call, runPieces}, groups, ways}: Kernels,
  x: Tensor,
  options: EncodeOptions = {},
): Packed {
  if (x.data.length === 0) return format.encode(x, options);
  const largest = largestOf(heap, groups, ways)(x.data);
  const g = nvfp4TensorScale({shape: [], data: new Float32Array(0)}, options.amax ?? largest);
  // A tensor without magnitude, and what is not finite, are the plain encoder's.
  if (g === 0 || !Number.isFinite(largest)) return format.encode(x, options);
  const count = x.data.length / BLOCK;
  const codes = new Uint8Array(x.data.length / 2);
  const scales = new Uint8Array(count);
  const most = blocksOfPiece(count, BLOCK, ways);
  const atOnce = piecesAtOnce(ways);
  const places = placesOf(most);
  const place = Math.ceil(places.bytes / 64) * 64;
  const scratch = heap.scratch(place * atOnce);
  const callsOf = ({at, count: some}: Piece) => {
    const [amax, sixes, fours] = [at + places.amax, at + places.sixes, at + places.fours];
    const [sixBytes, fourBytes] = [at + places.sixBytes, at + places.fourBytes];
    return [
      groups.call("absMax", [at, some, BLOCK, amax]),
      groups.call("scalesE4m3", [amax, some, g, 6, 1, sixes, sixBytes]),
      groups.call("scalesE4m3", [amax, some, g, 4, 1, fours, fourBytes]),
      call("packFourOverSix", [
        ...[at, some, g, sixes, fours, sixBytes, fourBytes, at + places.codes, at + places.scales],
      ]),
    ];
  };
  for (const pieces of piecesOf(count, {most, atOnce, scratch, place})) {
    const bring = (i: number): void => {
      const {at, first, count: some} = pieces[i];
      heap.floats(at, some * BLOCK).set(x.data.subarray(first * BLOCK, (first + some) * BLOCK));
    };
    const fetch = (i: number): void => {
      const {at, first, count: some} = pieces[i];
      codes.set(heap.bytes(at + places.codes, (some * BLOCK) / 2), (first * BLOCK) / 2);
      scales.set(heap.bytes(at + places.scales, some), first);
    };
    runPieces(pieces.map(callsOf), {bring, fetch});
  }
  const parts = {codes, scales, tensorScale: packTensorScale(g)};
  return {format: format.id, shape: [...x.shape], parts};
}
