/** Formats with a scale for each group, row or tensor, as an encoder by groups takes them. */
import {castTable, castTableOf, decodeValues} from "../../formats/cast.js";
import {bipolar, bipolarLevels} from "../../formats/codebook/bipolar.js";
import {nearestIndex, sortCodebook} from "../../formats/codebook/codebook.js";
import {type LevelSet, levelScales} from "../../formats/codebook/levels.js";
import {nf4, nf4Format} from "../../formats/codebook/nf4.js";
import {sf4} from "../../formats/codebook/sf4.js";
import {shift, shiftLevels} from "../../formats/codebook/shift.js";
import {type ElementFormat, e2m1, e2m3, e3m2, e4m3fn, e5m2, e8m0, fp3, ue4m3} from "../../formats/element.js";
import {fp8E4m3, fp8E5m2} from "../../formats/float/float.js";
import {type ScaledFloatOptions, scaledFloat} from "../../formats/float/float-scaled.js";
import type {EncodeOptions, Format} from "../../formats/format.js";
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
import type {CodesKernel} from "./wasm-codes.js";

/** The kernel of groups: their largest magnitudes, and their codes where no table is needed. */
export interface GroupsKernel {
  absMax(x: number, groups: number, size: number, largest: number): void;
  packE2m1(x: number, groups: number, size: number, scales: number, codes: number): void;
  packInt4(x: number, groups: number, size: number, scales: number, codes: number): void;
  packLevels(x: number, groups: number, size: number, scales: number, codes: number, midpoints: number): void;
}

/** The kernels of groups and their codes, and how many calls of them go on at once. */
export interface GroupKernels {
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
export interface Grouped {
  readonly format: Format;
  /** Elements of a group; null for those of a row. */
  readonly size: number | null;
  /** True where all groups share the largest magnitude of the tensor. */
  readonly isWhole?: boolean;
  readonly pack: () => PackGroups;
  readonly scales: (amax: Float32Array, x: Tensor, options: EncodeOptions) => Scales | null;
}

const INTS: readonly IntOptions[] = [
  ...[2, 3, 4, 5, 6, 7, 8].map((bits) => ({bits})),
  ...[4, 8].map((bits) => ({bits, groupSize: 32})),
  ...(["full", "x2_15"] as const).map((scheme) => ({bits: 4, scheme})),
  ...(["channel", "token"] as const).flatMap((granularity) => [4, 8].map((bits) => ({bits, granularity}))),
  {bits: 8, granularity: "tensor"},
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
  ...[e4m3fn, e5m2].map((element) => ({element, granularity: "tensor"}) as const),
];

/** Formats of 16 ascending levels. */
const LEVELS = [nf4, nf4Format({groupSize: 16}), sf4] as const;

/** Formats of whole levels, whose midpoints have at most 8 significant bits, so that a table of casts tells codes. */
const WHOLE_LEVELS: readonly (readonly [LevelSet, Format])[] = [
  ...[2, 3, 4].map((bits) => [bipolarLevels(bits), bipolar(bits)] as const),
  ...[2, 3, 4].map((bits) => [shiftLevels(bits), shift(bits)] as const),
];

/** Formats whose codes stand for themselves. */
const PLAIN = [fp8E4m3, fp8E5m2] as const;

/** Every format that is packed by groups. */
export function groupedFormats(heap: WasmHeap, {groups: {run}, codes}: GroupKernels): readonly Grouped[] {
  const cast = castsOf(heap, codes);
  const by =
    (name: "packE2m1" | "packInt4" | "packLevels", ...tables: number[]) =>
    (): PackGroups =>
    (calls) =>
      run(
        name,
        calls.map(({x, groups, size, scales, codes}) => [x, groups, size, scales, codes, ...tables]),
      );
  return [
    ...INTS.map((options) => intsOf(options, cast)),
    ...MXS.map((options) => mxOf(options, cast)),
    ...FLOATS.map((options) => floatsOf(options, cast)),
    ...LEVELS.map((format) => levelsOf(format, by("packLevels", midpointsOf(heap, format)))),
    ...WHOLE_LEVELS.map(([set, format]) => wholeLevelsOf(set, format, cast)),
    ...PLAIN.map((format) => plainOf(format, cast)),
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
}

/** Codes of `bits` bits by a table of casts. */
type CastBy = (bits: number, table: () => Uint8Array) => () => PackGroups;

/** Codes of elements by their tables of casts, which are made and put into the memory of the kernel when they are first needed. */
function castsOf(heap: WasmHeap, {run}: KernelRun<CodesKernel>): CastBy {
  const tables = new Map<Uint8Array, number>();
  const tableAt = (values: Uint8Array): number => {
    const table = tables.get(values) ?? heap.allocate(values.length);
    if (!tables.has(values)) heap.bytes(table, values.length).set(values);
    tables.set(values, table);
    return table;
  };
  return (bits, tableOf) => () => {
    const table = tableAt(tableOf());
    return (calls) => {
      // Codes of whole bytes are where they belong; others are packed from behind that place.
      const after = ({groups, size}: GroupsAt) => (bits === 8 ? 0 : groups * size);
      run(
        "castCodes",
        calls.map((call) => {
          const {x, groups, size, scales, codes} = call;
          return [x, groups, size, scales, table, codes + after(call)];
        }),
      );
      if (bits === 8) return;
      run(
        "packCodes",
        calls.map((call) => [call.codes + after(call), bits, after(call), call.codes]),
      );
    };
  };
}

/** The same of an element. */
const castOf = (cast: CastBy, element: ElementFormat, rounding: Rounding = "half-even") =>
  cast(element.bits, () => castTable(element, {rounding}));

function intsOf(options: IntOptions, cast: CastBy): Grouped {
  const format = int(options);
  const {granularity = "group", groupSize = 128} = options;
  return {
    format,
    size: granularity === "group" ? groupSize : null,
    isWhole: granularity === "tensor",
    pack: castOf(cast, format.codebook as ElementFormat),
    scales(amax) {
      const divisors = intScales(amax, options);
      return {divisors, parts: {scales: packScales(divisors, granularity === "group" ? "f16" : "f32")}};
    },
  };
}

function mxOf(options: MxOptions, cast: CastBy): Grouped {
  const {element = e2m1, blockSize = 32, scaleRule = "floor", rounding} = options;
  return {
    format: mx(options),
    size: blockSize,
    pack: castOf(cast, element, rounding),
    scales(amax) {
      const scales = new Uint8Array(amax.length);
      for (let i = 0; i < scales.length; i++) scales[i] = mxScaleByte(scaleRule, element, amax[i]);
      return {divisors: decodeValues(e8m0, scales), parts: {scales}};
    },
  };
}

function floatsOf(options: ScaledFloatOptions, cast: CastBy): Grouped {
  const {element = e2m1, granularity = "group", groupSize = 128} = options;
  const type = granularity === "group" ? "f16" : "f32";
  return {
    format: scaledFloat(options),
    size: granularity === "group" ? groupSize : null,
    isWhole: granularity === "tensor",
    pack: castOf(cast, element),
    scales(amax) {
      const divisors = scalesOf(amax, type, element.max, (largest) => largest / element.max);
      return {divisors, parts: {scales: packScales(divisors, type)}};
    },
  };
}

/** The numbers midway between the levels of a format, in the memory of the kernel. */
function midpointsOf(heap: WasmHeap, {codebook}: Format): number {
  const {midpoints} = sortCodebook(codebook.values);
  const at = heap.allocate(4 * midpoints.length);
  heap.floats(at, midpoints.length).set(midpoints);
  return at;
}

function levelsOf(format: Format, pack: Grouped["pack"]): Grouped {
  return {
    format,
    size: format.blockSize,
    pack,
    scales(amax) {
      const divisors = scalesOf(amax, "f16", 1, (largest) => largest);
      return {divisors, parts: {scales: packScales(divisors, "f16")}};
    },
  };
}

/** Casts of all numbers to levels, made once for each set. */
const levelTables = new Map<string, Uint8Array>();

function levelTable({name, values, ties}: LevelSet): Uint8Array {
  const known = levelTables.get(name);
  if (known !== undefined) return known;
  const codebook = sortCodebook(values);
  const table = castTableOf((x) => codebook.codes[nearestIndex(codebook, x, ties)]);
  levelTables.set(name, table);
  return table;
}

function wholeLevelsOf(set: LevelSet, format: Format, cast: CastBy): Grouped {
  return {
    format,
    size: format.blockSize,
    pack: cast(Math.log2(set.values.length), () => levelTable(set)),
    scales(amax) {
      const divisors = levelScales(set, amax, "f16");
      return {divisors, parts: {scales: packScales(divisors, "f16")}};
    },
  };
}

function plainOf(format: Format, cast: CastBy): Grouped {
  const divisors = Float32Array.of(1);
  return {
    format,
    size: null,
    isWhole: true,
    pack: castOf(cast, format.codebook as ElementFormat),
    scales: () => ({divisors, parts: {}}),
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
