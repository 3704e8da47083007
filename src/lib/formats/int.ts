import {requireFraction, requireInteger} from "../tensor/require.js";
import type {Tensor} from "../tensor/tensor.js";
import {decodeValues, encodeValues, floorLog2} from "./cast.js";
import {type IntElement, intElement} from "./element.js";
import type {Format, Packed} from "./format.js";
import {type GroupedLevels, groupedLevels, levelsOfCodes} from "./grouped-levels.js";
import {
  divideByScale,
  forEachGroup,
  type Groups,
  groupAbsMax,
  multiplyByScale,
  requireFinite,
} from "./groups.js";
import {packCodes, packedLength, requirePart, storedScale, unpackCodes} from "./pack.js";
import {type Rounding, rounderOf} from "./round.js";
import {
  packScaled,
  readingOf,
  rowsOf,
  type SharedScale,
  scaleGroups,
  scalesOf,
  sharedScale,
  sharedScaleSuffix,
  sharedScaleText,
  unpackScaled,
} from "./scaled.js";

/**
 * Use of an integer format's codes, for n bits:
 * - `symmetric`: ±(2^(n-1) - 1), scale amax / (2^(n-1) - 1);
 * - `full`: the same scale, but -2^(n-1) may be used (it is reached by rounding or a clipped amax only);
 * - `x2_15`: all of -2^(n-1) … 2^(n-1) - 1, scale amax * 2 / (2^n - 1), 2/15 for 4 bits (Quamba2, QQQ, Marlin);
 * - `asym`: 0 … 2^n - 1 with a zero point, scale (max - min) / (2^n - 1).
 */
export type IntScheme = (typeof INT_SCHEMES)[number];

/** All schemes by name. */
export const INT_SCHEMES = ["symmetric", "full", "x2_15", "asym"] as const;

/** Changes that published quantizers make to the range of a group before and after it becomes a scale. */
export interface IntRule {
  readonly id: string;
  /** The smallest amax, or max - min, that a scale is made from. */
  readonly rangeFloor: number;
  /** Bounds of the scale itself. */
  readonly scaleLimits: readonly [number, number];
  /** True to widen the range [min, max] of an asymmetric group so that it contains 0, without which a group far from 0 is lost. */
  readonly includesZero: boolean;
  /** True if a symmetric scale is the power of two under which all of the range stands before the point: fixed point. */
  readonly isPowerOfTwo?: boolean;
}

const anyScale = [0, Number.POSITIVE_INFINITY] as const;

/**
 * The rules of published quantizers: `plain` is ours, `smoothquant` (also Quamba's) and `awq` floor the range at
 * 1e-5, `bitmod` keeps the scale within [1e-5, 1e4]. AWQ and BitMoD do not widen the range to 0. `fixed` is fixed point as
 * before QFX's training: 2^-f for f = bits - 1 - ceil(log2 amax) bits behind the point (QFX, arXiv 2401.17544).
 */
export const intRules = Object.freeze({
  plain: {id: "plain", rangeFloor: 0, scaleLimits: anyScale, includesZero: true},
  smoothquant: {id: "smoothquant", rangeFloor: 1e-5, scaleLimits: anyScale, includesZero: true},
  awq: {id: "awq", rangeFloor: 1e-5, scaleLimits: anyScale, includesZero: false},
  fixed: {id: "fixed", rangeFloor: 0, scaleLimits: anyScale, includesZero: true, isPowerOfTwo: true},
  bitmod: {id: "bitmod", rangeFloor: 0, scaleLimits: [1e-5, 1e4], includesZero: false},
} as const satisfies Record<string, IntRule>);

/** The parameters of an integer format beside those of its scale; see `int`. */
export interface IntOptions extends Partial<SharedScale> {
  readonly bits?: number;
  readonly scheme?: IntScheme;
  readonly rule?: IntRule;
  /** Multiplies amax (symmetric schemes) after its floor: below 1 it clips. */
  readonly clipRatio?: number;
  readonly rounding?: Rounding;
}

/** A tensor in an integer format before packing; a zero point per group where the scheme has them. */
export interface IntTensor {
  /** Codes: two's complement of `bits` bits, or plain binary where there are zero points. */
  readonly codes: Uint8Array | Uint16Array;
  /** Scales as stored, one per group. */
  readonly scales: Float32Array;
  readonly zeroPoints: Uint8Array | Uint16Array | null;
}

interface IntSettings {
  readonly element: IntElement;
  readonly scheme: IntScheme;
  readonly rule: IntRule;
  readonly clipRatio: number;
  readonly rounding: Rounding;
  readonly shared: SharedScale;
}

function settingsOf(options: IntOptions): IntSettings {
  const {
    bits = 4,
    scheme = "symmetric",
    rule = intRules.plain,
    clipRatio = 1,
    rounding = "half-even",
  } = options;
  requireInteger("int", "bits", bits, 2, 8);
  if (!INT_SCHEMES.includes(scheme)) {
    throw new RangeError(`int: scheme must be one of ${INT_SCHEMES.join(", ")}, got ${scheme}`);
  }
  requireFraction("int", "clipRatio", clipRatio);
  rounderOf(rounding);
  const element = intElement({
    bits,
    signed: scheme !== "asym",
    range: scheme === "symmetric" ? "restricted" : "full",
  });
  return {element, scheme, rule, clipRatio, rounding, shared: sharedScale("int", options)};
}

function limited(scale: number, {scaleLimits: [least, most]}: IntRule): number {
  return Math.min(Math.max(scale, Math.fround(least)), Math.fround(most));
}

/** The step of a fixed point that has room for `range` with a sign; 0 for no range. */
function fixedStep(range: number, bits: number): number {
  if (range === 0) return 0;
  const floor = floorLog2(range);
  return 2 ** (floor + (2 ** floor < range ? 1 : 0) - (bits - 1));
}

/** The scale of a symmetric group, still to be rounded to its stored type. */
function symmetricScale({element, scheme, rule, clipRatio}: IntSettings, amax: number): number {
  const {bits, highest} = element;
  if (rule.isPowerOfTwo === true) return fixedStep(amax * clipRatio, bits);
  const range = Math.fround(Math.max(amax, Math.fround(rule.rangeFloor)) * Math.fround(clipRatio));
  const scale = scheme === "x2_15" ? range * Math.fround(2 / (2 ** bits - 1)) : range / highest;
  return limited(scale, rule);
}

/** Stored scales of symmetric groups by their largest magnitudes. @throws RangeError if an option is out of range. */
export const intScales = (amax: Float32Array, options: IntOptions): Float32Array =>
  symmetricScales(amax, settingsOf(options));

function symmetricScales(amax: Float32Array, settings: IntSettings): Float32Array {
  const {element, shared} = settings;
  return scalesOf(amax, shared.scaleType, -element.lowest, (largest) => symmetricScale(settings, largest));
}

function quantizeSymmetric(x: Tensor, groups: Groups, settings: IntSettings): IntTensor {
  const {element, rounding} = settings;
  const scales = symmetricScales(groupAbsMax(x.data, groups), settings);
  const quotients = divideByScale(x.data, groups, scales);
  return {codes: encodeValues(element, quotients, {rounding}), scales, zeroPoints: null};
}

function rangeOfGroup(data: Float32Array, start: number, step: number, count: number): [number, number] {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (let n = 0, i = start; n < count; n++, i += step) {
    const x = data[i];
    if (x < min) min = x;
    if (x > max) max = x;
  }
  return [min, max];
}

/** Stored scale and zero point of an asymmetric group by its least and its largest value; zero point 0 beside a scale of 0. */
function asymmetricScale(settings: IntSettings, least: number, most: number): [number, number] {
  const {element, shared, rounding, rule} = settings;
  const {highest} = element;
  const [min, max] = rule.includesZero ? [Math.min(least, 0), Math.max(most, 0)] : [least, most];
  const range = Math.max(Math.fround(max - min), Math.fround(rule.rangeFloor));
  const scale = storedScale(limited(range / highest, rule), shared.scaleType, highest);
  const zero = scale === 0 ? 0 : -rounderOf(rounding)(Math.fround(min / scale));
  return [scale, Math.min(Math.max(zero, 0), highest)];
}

/**
 * Stored scales and zero points of asymmetric groups by their least and largest values.
 * @throws RangeError if an option is out of range.
 */
export function intZeroPoints(least: Float32Array, most: Float32Array, options: IntOptions) {
  const settings = settingsOf(options);
  const scales = new Float32Array(least.length);
  const zeroPoints = new Uint8Array(least.length);
  for (let group = 0; group < least.length; group++) {
    [scales[group], zeroPoints[group]] = asymmetricScale(settings, least[group], most[group]);
  }
  return {scales, zeroPoints};
}

function quantizeAsymmetric(x: Tensor, groups: Groups, settings: IntSettings): IntTensor {
  const {element, rounding} = settings;
  const round = rounderOf(rounding);
  const codes = new Uint8Array(x.data.length);
  const scales = new Float32Array(groups.count);
  const zeroPoints = new Uint8Array(groups.count);
  forEachGroup(groups, (group, start, step, count) => {
    const [scale, zero] = asymmetricScale(settings, ...rangeOfGroup(x.data, start, step, count));
    scales[group] = scale;
    zeroPoints[group] = zero;
    if (scale === 0) return;
    for (let n = 0, i = start; n < count; n++, i += step) {
      const code = round(Math.fround(x.data[i] / scale)) + zero;
      codes[i] = Math.min(Math.max(code, 0), element.highest);
    }
  });
  return {codes, scales, zeroPoints};
}

/**
 * Quantizes to integers q with x ≈ q * scale, or (q - zeroPoint) * scale; scales are rounded to their stored
 * type before they are used. A group of zeros has scale 0 (unless `rule` floors it) and codes 0.
 * @throws RangeError naming the index if x holds a NaN or infinity, or if an option is out of range.
 */
export function intQuantize(x: Tensor, options: IntOptions = {}): IntTensor {
  return quantizeWith(settingsOf(options), x);
}

function quantizeWith(settings: IntSettings, x: Tensor): IntTensor {
  requireFinite("int", x);
  const groups = scaleGroups(x.shape, settings.shared);
  return settings.scheme === "asym"
    ? quantizeAsymmetric(x, groups, settings)
    : quantizeSymmetric(x, groups, settings);
}

/** The values of an integer tensor of this shape, quantized with these options, in float32. */
export function intDequantize(q: IntTensor, shape: readonly number[], options: IntOptions = {}): Tensor {
  const {element, shared} = settingsOf(options);
  const groups = scaleGroups(shape, shared);
  const data = decodeValues(element, q.codes);
  const {zeroPoints} = q;
  if (zeroPoints !== null) {
    forEachGroup(groups, (group, start, step, count) => {
      const zero = zeroPoints[group];
      for (let n = 0, i = start; n < count; n++, i += step) data[i] = data[i] - zero;
    });
  }
  multiplyByScale(data, groups, q.scales);
  return {shape: [...shape], data};
}

function intId({element, scheme, rule, clipRatio, rounding, shared}: IntSettings): string {
  return [
    `int${element.bits}${sharedScaleSuffix(shared, 128)}`,
    ...(scheme === "symmetric" ? [] : [scheme]),
    ...(rule.id === "plain" ? [] : [rule.id]),
    ...(clipRatio === 1 ? [] : [`clip${clipRatio}`]),
    ...(rounding === "half-even" ? [] : [rounding.replaceAll("-", "_")]),
  ].join("_");
}

function intConvention({element, scheme, rule, clipRatio, rounding, shared}: IntSettings): string {
  const zero = scheme === "asym" ? `, ${element.bits}-bit zero point` : "";
  const clip = clipRatio === 1 ? "" : `, amax clipped to ${clipRatio}`;
  return `${scheme} integers ${element.lowest} to ${element.highest}, ${sharedScaleText(shared)}${zero}, ${rule.id} scale rule${clip}, ${rounding}`;
}

function intReading({scheme, shared}: IntSettings): Pick<Format, "reading"> {
  const {reading} = readingOf(shared);
  return reading ? {reading: {...reading, ...(scheme === "asym" && {hasZeroPoints: true})}} : {};
}

function encodeInts(id: string, settings: IntSettings, x: Tensor): Packed {
  const {element, shared} = settings;
  const q = quantizeWith(settings, x);
  const packed = packScaled(id, x, element.bits, shared.scaleType, q);
  if (q.zeroPoints === null) return packed;
  return {...packed, parts: {...packed.parts, zeroPoints: packCodes(q.zeroPoints, element.bits)}};
}

function unpackInts(packed: Packed, {element, scheme, shared}: IntSettings) {
  const {bits} = element;
  const {groups, codes, scales} = unpackScaled(packed, bits, shared);
  const zeroPoints =
    scheme === "asym"
      ? unpackCodes(requirePart(packed, "zeroPoints", packedLength(groups.count, bits)), bits, groups.count)
      : null;
  return {groups, q: {codes, scales, zeroPoints}};
}

/** True where groups run along the rows, and codes less zero points fit into a byte. */
function hasLevels({element, scheme, shared}: IntSettings): boolean {
  return (
    (shared.axis === -1 || shared.granularity === "tensor") && !(scheme === "asym" && element.bits === 8)
  );
}

function levelsOfInts(packed: Packed, settings: IntSettings): GroupedLevels | null {
  const {element} = settings;
  const {groups, q} = unpackInts(packed, settings);
  const {codes, scales, zeroPoints} = q;
  if (zeroPoints === null)
    return levelsOfCodes(packed.shape, groups, {codes, scales, values: element.values});
  const levels = new Int8Array(codes.length);
  forEachGroup(groups, (group, start, step, count) => {
    for (let n = 0, i = start; n < count; n++, i += step) levels[i] = codes[i] - zeroPoints[group];
  });
  return groupedLevels(packed.shape, groups, levels, scales);
}

/**
 * An integer format of 2 to 8 bits. The default, `int4`, is symmetric ±7 in groups of 128 along the last axis
 * with f16 scales: 4.125 bits per element. Zero points take `bits` bits per group.
 * @throws RangeError if an option is out of range; encode does so for a NaN or infinity, naming the index.
 */
export function int(options: IntOptions = {}): Format {
  const settings = settingsOf(options);
  const id = intId(settings);
  const {element, shared} = settings;
  return Object.freeze({
    id,
    title: id.toUpperCase().replaceAll("_", " "),
    family: "int",
    convention: intConvention(settings),
    source: "SmoothQuant, arXiv 2211.10438; AWQ, arXiv 2306.00978; Quamba2, arXiv 2503.22879",
    blockSize: shared.granularity === "group" ? shared.groupSize : null,
    codebook: element,
    ...rowsOf(shared),
    ...intReading(settings),
    encode: (x: Tensor): Packed => encodeInts(id, settings, x),
    decode: (packed: Packed): Tensor => intDequantize(unpackInts(packed, settings).q, packed.shape, options),
    ...(hasLevels(settings) && {levels: (packed: Packed) => levelsOfInts(packed, settings)}),
  });
}
