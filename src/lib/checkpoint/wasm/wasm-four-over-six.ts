/** 4over6, packed and unpacked in WebAssembly. */
import {decodeValues} from "../../formats/cast.js";
import {ue4m3} from "../../formats/element.js";
import type {EncodeOptions, Packed} from "../../formats/format.js";
import {fourOverSix} from "../../formats/nvfp4/four-over-six.js";
import {blockScaleCodes, nvfp4, nvfp4TensorScale} from "../../formats/nvfp4/nvfp4.js";
import {requirePart} from "../../formats/pack.js";
import {packTensorScale, unpackTensorScale} from "../../formats/tensor-scale.js";
import type {WasmHeap} from "../../kernels/wasm-heap.js";
import type {Tensor} from "../../tensor/tensor.js";
import type {FastCodec} from "./wasm-codec.js";
import {type CodesKernel, codeDecoder} from "./wasm-codes.js";
import type {AbsMaxOf} from "./wasm-groups.js";

/** The kernel of 4over6. */
export interface FourOverSixKernel {
  packFourOverSix(
    x: number,
    blocks: number,
    g: number,
    sixes: number,
    fours: number,
    codes: number,
    picked: number,
  ): void;
}

const BLOCK = 16;
/** Blocks packed at once: a quarter of a megabyte of floats. */
const AT_ONCE = 2 ** 12;

const format = fourOverSix();

/** Encoder and decoder of the format `four_over_six` beside its id, for rows of whole blocks. */
export function wasmFourOverSix(
  heap: WasmHeap,
  kernel: FourOverSixKernel,
  codes: CodesKernel,
  absMaxOf: AbsMaxOf,
): readonly [string, FastCodec] {
  // Blocks are those of NVFP4 without a scale of the tensor, which multiplies last.
  const decodeBlocks = codeDecoder(heap, codes, nvfp4({tensorScale: "none"}))!;
  return [
    format.id,
    {
      encode: (x, options) => encode(heap, kernel, absMaxOf, x, options),
      decode(packed, into) {
        const g = unpackTensorScale(requirePart(packed, "tensorScale", 4));
        const {shape, data} = decodeBlocks(packed, into);
        for (let i = 0; i < data.length; i++) data[i] = data[i] * g;
        return {shape, data};
      },
    },
  ];
}

function encode(
  heap: WasmHeap,
  kernel: FourOverSixKernel,
  absMaxOf: AbsMaxOf,
  x: Tensor,
  options: EncodeOptions = {},
): Packed {
  const g = nvfp4TensorScale(x, options.amax);
  const amax = absMaxOf(x.data, BLOCK);
  // A tensor without magnitude, and what is not finite, are the plain encoder's.
  if (g === 0 || !amax.every(Number.isFinite)) return format.encode(x, options);
  const [sixes, fours] = [6, 4].map((target) =>
    blockScaleCodes(amax.map((largest) => Math.fround(largest / g) / target)),
  );
  const codes = new Uint8Array(x.data.length / 2);
  const scales = new Uint8Array(amax.length);
  const input = heap.scratch(AT_ONCE * (4 * BLOCK + 8 + BLOCK / 2 + 1));
  const [atSixes, atFours] = [input + 4 * BLOCK * AT_ONCE, input + (4 * BLOCK + 4) * AT_ONCE];
  const atCodes = atFours + 4 * AT_ONCE;
  const atPicked = atCodes + (BLOCK / 2) * AT_ONCE;
  for (let first = 0; first < amax.length; first += AT_ONCE) {
    const some = Math.min(AT_ONCE, amax.length - first);
    const end = first + some;
    heap.floats(input, some * BLOCK).set(x.data.subarray(first * BLOCK, end * BLOCK));
    heap.floats(atSixes, some).set(decodeValues(ue4m3, sixes.subarray(first, end)));
    heap.floats(atFours, some).set(decodeValues(ue4m3, fours.subarray(first, end)));
    kernel.packFourOverSix(input, some, g, atSixes, atFours, atCodes, atPicked);
    codes.set(heap.bytes(atCodes, (some * BLOCK) / 2), (first * BLOCK) / 2);
    const picked = heap.bytes(atPicked, some);
    for (let b = 0; b < some; b++) scales[first + b] = (picked[b] ? fours : sixes)[first + b];
  }
  const parts = {codes, scales, tensorScale: packTensorScale(g)};
  return {format: format.id, shape: [...x.shape], parts};
}
