/** Formats of four bits with a scale for each group, packed in WebAssembly. */
import {decodeValues} from "../../formats/cast.js";
import {e2m1, e8m0, ue4m3} from "../../formats/element.js";
import type {EncodeOptions, Format, Packed} from "../../formats/format.js";
import {int} from "../../formats/int.js";
import {mxfp4} from "../../formats/mx/mx.js";
import {mxScaleByte} from "../../formats/mx/mx-scale.js";
import {blockScaleCodes, nvfp4, nvfp4TensorScale} from "../../formats/nvfp4/nvfp4.js";
import {packScales} from "../../formats/pack.js";
import {scalesOf} from "../../formats/scaled.js";
import {packTensorScale} from "../../formats/tensor-scale.js";
import {groupsWasm} from "../../kernels/generated/groups.js";
import type {WasmHeap} from "../../kernels/wasm-heap.js";
import type {Tensor} from "../../tensor/tensor.js";

type PackGroups = (x: number, groups: number, size: number, scales: number, codes: number) => void;

interface Kernel {
  absMax(x: number, groups: number, size: number, largest: number): void;
  packE2m1: PackGroups;
  packInt4: PackGroups;
}

/** The scales that a format makes of its groups' largest magnitudes: what it divides by, and the parts that hold them. */
interface Scales {
  readonly divisors: Float32Array;
  readonly parts: Readonly<Record<string, Uint8Array>>;
}

/** A format by its groups: how it makes scales, or null where the kernel does not take the tensor. */
interface Grouped {
  readonly format: Format;
  readonly size: number;
  readonly pack: PackGroups;
  readonly scales: (amax: Float32Array, x: Tensor, options: EncodeOptions) => Scales | null;
}

/** Floats packed at once: a megabyte of them, which stays in the caches. */
const AT_ONCE = 2 ** 18;

/** Encoders by the id of their format, for rows of whole groups. */
export async function wasmGroupEncoders(heap: WasmHeap): Promise<ReadonlyMap<string, Format["encode"]>> {
  const kernel = await heap.instantiate<Kernel>(groupsWasm);
  const grouped: readonly Grouped[] = [
    {format: mxfp4, size: 32, pack: kernel.packE2m1, scales: mxScales},
    {format: nvfp4(), size: 16, pack: kernel.packE2m1, scales: nvfp4Scales},
    {format: int(), size: 128, pack: kernel.packInt4, scales: int4Scales},
  ];
  return new Map(grouped.map((each) => [each.format.id, encoderOf(heap, kernel, each)]));
}

function mxScales(amax: Float32Array): Scales {
  const scales = Uint8Array.from(amax, (largest) => mxScaleByte("floor", e2m1, largest));
  return {divisors: decodeValues(e8m0, scales), parts: {scales}};
}

/** A tensor without magnitude, whose scale is 0, is left to the plain encoder. */
function nvfp4Scales(amax: Float32Array, x: Tensor, options: EncodeOptions): Scales | null {
  const g = nvfp4TensorScale(x, options.amax);
  if (g === 0) return null;
  const unit = Math.fround(e2m1.max * g);
  const scales = blockScaleCodes(amax.map((largest) => largest / unit));
  const divisors = decodeValues(ue4m3, scales).map((scale) => scale * g);
  return {divisors, parts: {scales, tensorScale: packTensorScale(g)}};
}

function int4Scales(amax: Float32Array): Scales {
  const divisors = scalesOf(amax, "f16", 7, (largest) => largest / 7);
  return {divisors, parts: {scales: packScales(divisors, "f16")}};
}

function encoderOf(
  heap: WasmHeap,
  {absMax}: Kernel,
  {format, size, pack, scales}: Grouped,
): Format["encode"] {
  return (x: Tensor, options: EncodeOptions = {}): Packed => {
    const amax = inParts(
      heap,
      x.data,
      size,
      (input, groups, output) => {
        absMax(input, groups, size, output);
        return heap.floats(output, groups);
      },
      new Float32Array(x.data.length / size),
    );
    // What is not finite is refused, or has codes of its own: both are the plain encoder's to say.
    const made = amax.every(Number.isFinite) ? scales(amax, x, options) : null;
    if (made === null) return format.encode(x, options);
    const codes = inParts(
      heap,
      x.data,
      size,
      (input, groups, output, first) => {
        heap.floats(output, groups).set(made.divisors.subarray(first, first + groups));
        const atCodes = output + 4 * groups;
        pack(input, groups, size, output, atCodes);
        return heap.bytes(atCodes, (groups * size) / 2);
      },
      new Uint8Array(x.data.length / 2),
    );
    return {format: format.id, shape: [...x.shape], parts: {codes, ...made.parts}};
  };
}

/** Hands the groups of `data` to the heap, some at a time, and gathers what is made of them. */
function inParts<T extends Float32Array | Uint8Array>(
  heap: WasmHeap,
  data: Float32Array,
  size: number,
  work: (input: number, groups: number, output: number, first: number) => T,
  all: T,
): T {
  const most = AT_ONCE / size;
  const count = data.length / size;
  const input = heap.scratch(4 * AT_ONCE + 4 * most + AT_ONCE / 2);
  let at = 0;
  for (let first = 0; first < count; first += most) {
    const groups = Math.min(most, count - first);
    const part = data.subarray(first * size, (first + groups) * size);
    heap.floats(input, part.length).set(part);
    const made = work(input, groups, input + 4 * AT_ONCE, first);
    all.set(made, at);
    at += made.length;
  }
  return all;
}
