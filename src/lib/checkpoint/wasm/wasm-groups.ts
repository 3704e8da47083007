/** Formats of four bits with a scale for each group, packed in WebAssembly. */
import {castTable, decodeValues} from "../../formats/cast.js";
import {type ElementFormat, e2m1, e2m3, e3m2, e4m3fn, e5m2, e8m0, fp3, ue4m3} from "../../formats/element.js";
import {type ScaledFloatOptions, scaledFloat} from "../../formats/float/float-scaled.js";
import type {EncodeOptions, Format, Packed} from "../../formats/format.js";
import {type IntOptions, int, intScales} from "../../formats/int.js";
import {type MxOptions, mx, mxIntElement} from "../../formats/mx/mx.js";
import {mxScaleByte} from "../../formats/mx/mx-scale.js";
import {blockScaleCodes, nvfp4, nvfp4TensorScale} from "../../formats/nvfp4/nvfp4.js";
import {packScales} from "../../formats/pack.js";
import type {Rounding} from "../../formats/round.js";
import {scalesOf} from "../../formats/scaled.js";
import {packTensorScale} from "../../formats/tensor-scale.js";
import {groupsWasm} from "../../kernels/generated/groups.js";
import type {WasmHeap} from "../../kernels/wasm-heap.js";
import type {Tensor} from "../../tensor/tensor.js";
import type {CodesKernel} from "./wasm-codes.js";

interface Kernel {
  absMax(x: number, groups: number, size: number, largest: number): void;
  packE2m1: PackGroups;
  packInt4: PackGroups;
}

type PackGroups = (x: number, groups: number, size: number, scales: number, codes: number) => void;

/** The scales that a format makes of its groups' largest magnitudes: what it divides by, and the parts that hold them. */
interface Scales {
  readonly divisors: Float32Array;
  readonly parts: Readonly<Record<string, Uint8Array>>;
}

/** A format by its groups: how it makes scales, or null where the kernel does not take the tensor. */
interface Grouped {
  readonly format: Format;
  /** Elements of a group; null for those of a row. */
  readonly size: number | null;
  readonly pack: () => PackGroups;
  readonly scales: (amax: Float32Array, x: Tensor, options: EncodeOptions) => Scales | null;
}

/** Floats packed at once: a quarter of a megabyte of them, which stays in the second cache. */
const AT_ONCE = 2 ** 16;

/** Elements of a group must be whole vectors, and their codes whole bytes. */
const LANES = 16;

const INTS: readonly IntOptions[] = [
  ...[2, 3, 4, 5, 6, 7, 8].map((bits) => ({bits})),
  ...[4, 8].map((bits) => ({bits, groupSize: 32})),
  ...(["full", "x2_15"] as const).map((scheme) => ({bits: 4, scheme})),
  ...(["channel", "token"] as const).flatMap((granularity) => [4, 8].map((bits) => ({bits, granularity}))),
];

const MX_ELEMENTS = [e2m1, e2m3, e3m2, e4m3fn, e5m2, ...[8, 4, 2].map((bits) => mxIntElement(bits))];

const MXS: readonly MxOptions[] = [
  ...[16, 32].flatMap((blockSize) => MX_ELEMENTS.map((element) => ({element, blockSize}))),
  ...(["ceil", "rceil", "even", "meta"] as const).map((scaleRule) => ({scaleRule})),
  {blockSize: 16, scaleRule: "rceil"},
  {rounding: "half-away"},
  {element: mxIntElement(4), scaleRule: "rceil"},
  {element: mxIntElement(4, "full")},
];

const FLOATS: readonly ScaledFloatOptions[] = [
  {},
  {element: fp3},
  {groupSize: 32},
  {element: e4m3fn, granularity: "channel"},
];

/** Encoders by the id of their format, for rows of whole groups. */
export async function wasmGroupEncoders(
  heap: WasmHeap,
  codes: CodesKernel,
): Promise<ReadonlyMap<string, Format["encode"]>> {
  const kernel = await heap.instantiate<Kernel>(groupsWasm);
  const cast = castsOf(heap, codes);
  const grouped: readonly Grouped[] = [
    ...INTS.map((options) => intsOf(options, cast)),
    ...MXS.map((options) => mxOf(options, cast)),
    ...FLOATS.map((options) => floatsOf(options, cast)),
    ...(["float32", "none"] as const).map((tensorScale) => ({
      format: nvfp4({tensorScale}),
      size: 16,
      pack: () => kernel.packE2m1,
      scales: tensorScale === "none" ? nvfp4BlockScales : nvfp4Scales,
    })),
    // These two have loops of their own, which need no table.
    {...mxOf({}, cast), pack: () => kernel.packE2m1},
    {...intsOf({}, cast), pack: () => kernel.packInt4},
  ];
  return new Map(grouped.map((each) => [each.format.id, encoderOf(heap, kernel, each)]));
}

type CastOf = (element: ElementFormat, rounding?: Rounding) => () => PackGroups;

/** Codes of elements by their tables of casts, which are made and put into the memory of the kernel when they are first needed. */
function castsOf(heap: WasmHeap, kernel: CodesKernel): CastOf {
  const tables = new Map<Uint8Array, number>();
  const tableOf = (element: ElementFormat, rounding: Rounding): number => {
    const values = castTable(element, {rounding});
    const table = tables.get(values) ?? heap.allocate(values.length);
    if (!tables.has(values)) heap.bytes(table, values.length).set(values);
    tables.set(values, table);
    return table;
  };
  return (element, rounding = "half-even") =>
    () => {
      const table = tableOf(element, rounding);
      return (x, groups, size, scales, codes) => {
        const count = groups * size;
        if (element.bits === 8) return kernel.castCodes(x, groups, size, scales, table, codes);
        kernel.castCodes(x, groups, size, scales, table, codes + count);
        kernel.packCodes(codes + count, element.bits, count, codes);
      };
    };
}

function intsOf(options: IntOptions, cast: CastOf): Grouped {
  const format = int(options);
  const {granularity = "group", groupSize = 128} = options;
  return {
    format,
    size: granularity === "group" ? groupSize : null,
    pack: cast(format.codebook as ElementFormat),
    scales(amax) {
      const divisors = intScales(amax, options);
      return {divisors, parts: {scales: packScales(divisors, granularity === "group" ? "f16" : "f32")}};
    },
  };
}

function mxOf(options: MxOptions, cast: CastOf): Grouped {
  const {element = e2m1, blockSize = 32, scaleRule = "floor", rounding} = options;
  return {
    format: mx(options),
    size: blockSize,
    pack: cast(element, rounding),
    scales(amax) {
      const scales = new Uint8Array(amax.length);
      for (let i = 0; i < scales.length; i++) scales[i] = mxScaleByte(scaleRule, element, amax[i]);
      return {divisors: decodeValues(e8m0, scales), parts: {scales}};
    },
  };
}

function floatsOf(options: ScaledFloatOptions, cast: CastOf): Grouped {
  const {element = e2m1, granularity = "group", groupSize = 128} = options;
  const type = granularity === "group" ? "f16" : "f32";
  return {
    format: scaledFloat(options),
    size: granularity === "group" ? groupSize : null,
    pack: cast(element),
    scales(amax) {
      const divisors = scalesOf(amax, type, element.max, (largest) => largest / element.max);
      return {divisors, parts: {scales: packScales(divisors, type)}};
    },
  };
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

/** The single-level variant, whose blocks have scales of their own alone. */
function nvfp4BlockScales(amax: Float32Array): Scales {
  const scales = blockScaleCodes(amax.map((largest) => largest / e2m1.max));
  return {divisors: decodeValues(ue4m3, scales), parts: {scales}};
}

function encoderOf(
  heap: WasmHeap,
  {absMax}: Kernel,
  {format, size: fixed, pack, scales}: Grouped,
): Format["encode"] {
  const {bits} = format.codebook;
  return (x: Tensor, options: EncodeOptions = {}): Packed => {
    const size = fixed ?? x.shape.at(-1) ?? 1;
    if (size === 0 || size % LANES !== 0) return format.encode(x, options);
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
    const packGroups = pack();
    const codes = inParts(
      heap,
      x.data,
      size,
      (input, groups, output, first) => {
        heap.floats(output, groups).set(made.divisors.subarray(first, first + groups));
        const atCodes = output + 4 * Math.ceil(groups / 4) * 4;
        packGroups(input, groups, size, output, atCodes);
        return heap.bytes(atCodes, (groups * size * bits) / 8);
      },
      new Uint8Array((x.data.length * bits) / 8),
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
  const most = Math.max(1, Math.floor(AT_ONCE / size));
  const elements = most * size;
  const count = data.length / size;
  const input = heap.scratch(6 * elements + 4 * most + 64);
  let at = 0;
  for (let first = 0; first < count; first += most) {
    const groups = Math.min(most, count - first);
    const part = data.subarray(first * size, (first + groups) * size);
    heap.floats(input, part.length).set(part);
    const made = work(input, groups, input + 4 * elements, first);
    all.set(made, at);
    at += made.length;
  }
  return all;
}
