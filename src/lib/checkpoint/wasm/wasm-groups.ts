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
import type {KernelRun} from "../../kernels/kernel-runs.js";
import type {WasmHeap} from "../../kernels/wasm-heap.js";
import type {Tensor} from "../../tensor/tensor.js";
import {type Piece, piecesOf} from "./wasm-codec.js";
import type {CodesKernel} from "./wasm-codes.js";

/** The kernel of groups: their largest magnitudes, and their codes where no table is needed. */
export interface GroupsKernel {
  absMax(x: number, groups: number, size: number, largest: number): void;
  packE2m1(x: number, groups: number, size: number, scales: number, codes: number): void;
  packInt4(x: number, groups: number, size: number, scales: number, codes: number): void;
}

/** The kernels, and how many calls of them go on at once. */
interface GroupKernels {
  readonly groups: KernelRun<GroupsKernel>;
  readonly codes: KernelRun<CodesKernel>;
  readonly ways: number;
}

/** Where the groups of one call lie, and the room for their scales and codes. */
interface GroupsAt {
  readonly x: number;
  readonly groups: number;
  readonly size: number;
  readonly scales: number;
  readonly codes: number;
}

/** Packs the groups of several calls. */
type PackGroups = (calls: readonly GroupsAt[]) => void;

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
export function wasmGroupEncoders(
  heap: WasmHeap,
  kernels: GroupKernels,
): ReadonlyMap<string, Format["encode"]> {
  const cast = castsOf(heap, kernels.codes);
  const by = (name: "packE2m1" | "packInt4") => (): PackGroups => (calls) =>
    kernels.groups.run(
      name,
      calls.map(({x, groups, size, scales, codes}) => [x, groups, size, scales, codes]),
    );
  const grouped: readonly Grouped[] = [
    ...INTS.map((options) => intsOf(options, cast)),
    ...MXS.map((options) => mxOf(options, cast)),
    ...FLOATS.map((options) => floatsOf(options, cast)),
    ...(["float32", "none"] as const).map((tensorScale) => ({
      format: nvfp4({tensorScale}),
      size: 16,
      pack: by("packE2m1"),
      scales: tensorScale === "none" ? nvfp4BlockScales : nvfp4Scales,
    })),
    // These two have loops of their own, which need no table.
    {...mxOf({}, cast), pack: by("packE2m1")},
    {...intsOf({}, cast), pack: by("packInt4")},
  ];
  return new Map(grouped.map((each) => [each.format.id, encoderOf(heap, kernels, each)]));
}

type CastOf = (element: ElementFormat, rounding?: Rounding) => () => PackGroups;

/** Codes of elements by their tables of casts, which are made and put into the memory of the kernel when they are first needed. */
function castsOf(heap: WasmHeap, {run}: KernelRun<CodesKernel>): CastOf {
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
      return (calls) => {
        // Codes of whole bytes are where they belong; others are packed from behind that place.
        const after = ({groups, size}: GroupsAt) => (element.bits === 8 ? 0 : groups * size);
        run(
          "castCodes",
          calls.map((call) => {
            const {x, groups, size, scales, codes} = call;
            return [x, groups, size, scales, table, codes + after(call)];
          }),
        );
        if (element.bits === 8) return;
        run(
          "packCodes",
          calls.map((call) => [call.codes + after(call), element.bits, after(call), call.codes]),
        );
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
  {groups: {run}, ways}: GroupKernels,
  {format, size: fixed, pack, scales}: Grouped,
): Format["encode"] {
  const {bits} = format.codebook;
  return (x: Tensor, options: EncodeOptions = {}): Packed => {
    const size = fixed ?? x.shape.at(-1) ?? 1;
    if (size === 0 || size % LANES !== 0) return format.encode(x, options);
    const amax = new Float32Array(x.data.length / size);
    for (const parts of partsOf(heap, x.data, size, ways)) {
      run(
        "absMax",
        parts.map(({at, count, output}) => [at, count, size, output]),
      );
      for (const {first, count, output} of parts) amax.set(heap.floats(output, count), first);
    }
    // What is not finite is refused, or has codes of its own: both are the plain encoder's to say.
    const made = amax.every(Number.isFinite) ? scales(amax, x, options) : null;
    if (made === null) return format.encode(x, options);
    const packGroups = pack();
    const codes = new Uint8Array((x.data.length * bits) / 8);
    const codesAt = ({output, count}: Part) => output + 4 * Math.ceil(count / 4) * 4;
    for (const parts of partsOf(heap, x.data, size, ways)) {
      for (const {first, count, output} of parts)
        heap.floats(output, count).set(made.divisors.subarray(first, first + count));
      packGroups(
        parts.map((part) => {
          const {at, count, output} = part;
          return {x: at, groups: count, size, scales: output, codes: codesAt(part)};
        }),
      );
      for (const part of parts) {
        const [from, length] = [(part.first * size * bits) / 8, (part.count * size * bits) / 8];
        codes.set(heap.bytes(codesAt(part), length), from);
      }
    }
    return {format: format.id, shape: [...x.shape], parts: {codes, ...made.parts}};
  };
}

/** Groups that are in the memory of the kernel, and room behind them. */
interface Part extends Piece {
  readonly output: number;
}

/** Hands the groups of `data` to the heap, some at a time. */
function* partsOf(
  heap: WasmHeap,
  data: Float32Array,
  size: number,
  ways: number,
): Generator<readonly Part[], void, void> {
  const most = Math.max(1, Math.floor(AT_ONCE / size));
  const elements = most * size;
  const place = Math.ceil((6 * elements + 4 * most + 64) / 64) * 64;
  const scratch = heap.scratch(place * ways);
  for (const pieces of piecesOf(data.length / size, {most, ways, scratch, place})) {
    for (const {at, first, count} of pieces) {
      const part = data.subarray(first * size, (first + count) * size);
      heap.floats(at, part.length).set(part);
    }
    yield pieces.map((piece) => ({...piece, output: piece.at + 4 * elements}));
  }
}
