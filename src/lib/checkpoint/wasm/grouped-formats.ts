/** Formats with a scale for each group, row or tensor, as an encoder by groups takes them. */
import {castTableOf, decodeValues} from "../../formats/cast.js";
import {bipolar, bipolarLevels} from "../../formats/codebook/bipolar.js";
import {nearestIndex, sortCodebook} from "../../formats/codebook/codebook.js";
import {type LevelSet, levelScales} from "../../formats/codebook/levels.js";
import {nf4, nf4Format} from "../../formats/codebook/nf4.js";
import {sf4} from "../../formats/codebook/sf4.js";
import {shift, shiftLevels} from "../../formats/codebook/shift.js";
import {
  type ElementFormat,
  e2m1,
  e2m3,
  e3m2,
  e4m3fn,
  e5m2,
  e8m0,
  type FloatElement,
  fp3,
} from "../../formats/element.js";
import {fp8E4m3, fp8E5m2} from "../../formats/float/float.js";
import {type ScaledFloatOptions, scaledFloat} from "../../formats/float/float-scaled.js";
import type {Format} from "../../formats/format.js";
import {type Fp6Options, fp6} from "../../formats/fp6/fp6.js";
import {splitStreams} from "../../formats/fp6/split.js";
import {type IntOptions, int, intRules, intScales} from "../../formats/int.js";
import {type MxOptions, mx, mxIntElement} from "../../formats/mx/mx.js";
import {mxScaleByte} from "../../formats/mx/mx-scale.js";
import {nvfp4, nvfp4TensorScale} from "../../formats/nvfp4/nvfp4.js";
import {packScales, scaleBytes} from "../../formats/pack.js";
import {scalesOf} from "../../formats/scaled.js";
import {packTensorScale} from "../../formats/tensor-scale.js";
import type {WasmHeap} from "../../kernels/wasm-heap.js";
import {
  type CastBy,
  castOf,
  castsOf,
  type Grouped,
  type GroupKernels,
  type PackGroups,
  wholeCodes,
} from "./grouped.js";
import {type ScaleMakers, type Scales, scaleMakers} from "./scale-makers.js";
import {signFormats} from "./sign-groups.js";

const INTS: readonly IntOptions[] = [
  ...[2, 3, 4, 5, 6, 7, 8].map((bits) => ({bits})),
  ...[4, 8].map((bits) => ({bits, groupSize: 32})),
  ...(["full", "x2_15"] as const).map((scheme) => ({bits: 4, scheme})),
  ...(["channel", "token"] as const).flatMap((granularity) => [4, 8].map((bits) => ({bits, granularity}))),
  {bits: 8, granularity: "tensor"},
  ...[4, 8].map((bits) => ({bits, granularity: "tensor", scheme: "full", rule: intRules.fixed}) as const),
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

const FP6S: readonly Fp6Options[] = [{}, {split: "2+4"}, {groupSize: 256}];

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
export function groupedFormats(heap: WasmHeap, {groups, codes, signs}: GroupKernels): readonly Grouped[] {
  const cast = castsOf(heap, codes);
  const by =
    (name: "packE2m1" | "packInt4" | "packLevels", ...tables: number[]) =>
    (): PackGroups =>
    ({x, groups: count, size, scales, codes: to}) => [
      groups.call(name, [x, count, size, scales, to, ...tables]),
    ];
  const makers = scaleMakers(heap, groups);
  return [
    ...INTS.map((options) => intsOf(options, cast, makers)),
    ...MXS.map((options) => mxOf(options, cast, makers)),
    ...FLOATS.map((options) => floatsOf(options, cast, makers)),
    ...LEVELS.map((format) => levelsOf(format, by("packLevels", midpointsOf(heap, format)), makers)),
    ...WHOLE_LEVELS.map(([set, format]) => wholeLevelsOf(set, format, cast, makers)),
    ...PLAIN.map((format) => plainOf(format, cast, makers)),
    ...FP6S.map((options) => fp6Of(options, cast, makers)),
    ...signFormats(heap, signs, codes),
    ...(["float32", "none"] as const).map((tensorScale) => ({
      format: nvfp4({tensorScale}),
      size: 16,
      pack: by("packE2m1"),
      scales: tensorScale === "none" ? () => makers.e4m3(e2m1.max, 1) : nvfp4Scales(makers),
    })),
    // These two have loops of their own, which need no table.
    {...mxOf({}, cast, makers), pack: by("packE2m1")},
    {...intsOf({}, cast, makers), pack: by("packInt4")},
  ];
}

/** A scale for the tensor; null where it holds what is not finite. */
function sharedScale(
  {same}: ScaleMakers,
  largest: number,
  scaleOf: (amax: Float32Array) => Float32Array,
): Scales | null {
  if (!Number.isFinite(largest)) return null;
  const scales = scaleOf(Float32Array.of(largest));
  return same(scales[0], {scales: packScales(scales, "f32")});
}

function intsOf(options: IntOptions, cast: CastBy, makers: ScaleMakers): Grouped {
  const format = int(options);
  const {granularity = "group", groupSize = 128, bits = 4, scheme} = options;
  const scalesOfRows = (amax: Float32Array) => intScales(amax, options);
  const isFifteenths = scheme === "x2_15";
  const [factor, limit] = isFifteenths ? [Math.fround(2 / (2 ** bits - 1)), 1] : [1, 2 ** (bits - 1) - 1];
  return {
    format,
    size: granularity === "group" ? groupSize : null,
    pack: castOf(cast, format.codebook as ElementFormat),
    scales(largest) {
      if (granularity === "tensor") return sharedScale(makers, largest(), scalesOfRows);
      return granularity === "group" ? makers.half(factor, limit) : rowScales(makers, scalesOfRows);
    },
  };
}

/** Scales in float32, one a row. */
const rowScales = ({plain}: ScaleMakers, scaleOf: (amax: Float32Array) => Float32Array): Scales =>
  plain(scaleBytes.f32, (amax) => {
    const divisors = scaleOf(amax);
    return {divisors, stored: packScales(divisors, "f32")};
  });

function mxOf(options: MxOptions, cast: CastBy, makers: ScaleMakers): Grouped {
  const {element = e2m1, blockSize = 32, scaleRule = "floor", rounding} = options;
  const byRule = makers.plain(1, (amax) => {
    const stored = new Uint8Array(amax.length);
    for (let i = 0; i < stored.length; i++) stored[i] = mxScaleByte(scaleRule, element, amax[i]);
    return {divisors: decodeValues(e8m0, stored), stored};
  });
  return {
    format: mx(options),
    size: blockSize,
    pack: castOf(cast, element, rounding),
    scales: () => (scaleRule === "floor" ? makers.floor(element.emax) : byRule),
  };
}

function floatsOf(options: ScaledFloatOptions, cast: CastBy, makers: ScaleMakers): Grouped {
  const {element = e2m1, granularity = "group", groupSize = 128} = options;
  return {
    format: scaledFloat(options),
    size: granularity === "group" ? groupSize : null,
    pack: castOf(cast, element),
    scales(largest) {
      if (granularity === "tensor") return sharedScale(makers, largest(), floatScales(element));
      return granularity === "group" ? makers.half(1, element.max) : rowScales(makers, floatScales(element));
    },
  };
}

/** Scales in float32 that bring largest magnitudes to the largest of an element. */
const floatScales =
  ({max}: FloatElement) =>
  (amax: Float32Array): Float32Array =>
    scalesOf(amax, "f32", max, (largest) => largest / max);

/** Two streams, which decoders put together again. */
function fp6Of(options: Fp6Options, cast: CastBy, makers: ScaleMakers): Grouped {
  const {split = "4+2", groupSize = null} = options;
  const streams = splitStreams(split);
  const scales = groupSize === null ? rowScales(makers, floatScales(e3m2)) : makers.half(1, e3m2.max);
  return {
    format: fp6(options),
    size: groupSize,
    streams,
    pack: castOf(cast, e3m2, "half-even", streams),
    scales: () => scales,
  };
}

/** The numbers midway between the levels of a format, in the memory of the kernel. */
function midpointsOf(heap: WasmHeap, {codebook}: Format): number {
  const {midpoints} = sortCodebook(codebook.values);
  const at = heap.allocate(4 * midpoints.length);
  heap.floats(at, midpoints.length).set(midpoints);
  return at;
}

function levelsOf(format: Format, pack: Grouped["pack"], makers: ScaleMakers): Grouped {
  return {format, size: format.blockSize, pack, scales: () => makers.half(1, 1)};
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

function wholeLevelsOf(set: LevelSet, format: Format, cast: CastBy, makers: ScaleMakers): Grouped {
  const scales = makers.plain(scaleBytes.f16, (amax) => {
    const divisors = levelScales(set, amax, "f16");
    return {divisors, stored: packScales(divisors, "f16")};
  });
  return {
    format,
    size: format.blockSize,
    pack: cast(wholeCodes(Math.log2(set.values.length)), () => levelTable(set)),
    scales: () => scales,
  };
}

function plainOf(format: Format, cast: CastBy, makers: ScaleMakers): Grouped {
  return {
    format,
    size: null,
    pack: castOf(cast, format.codebook as ElementFormat),
    scales: () => makers.same(1, {}),
  };
}

/** A tensor without magnitude, whose scale is 0, is left to the plain encoder. */
const nvfp4Scales =
  (makers: ScaleMakers): Grouped["scales"] =>
  (largest, options) => {
    const g = nvfp4TensorScale({shape: [], data: new Float32Array(0)}, options.amax ?? largest());
    if (g === 0 || !Number.isFinite(g)) return null;
    return {...makers.e4m3(Math.fround(e2m1.max * g), g), parts: {tensorScale: packTensorScale(g)}};
  };
