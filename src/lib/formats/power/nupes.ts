import {requireInteger} from "../../tensor/require.js";
import type {Tensor} from "../../tensor/tensor.js";
import type {Format, Packed} from "../format.js";
import {type GroupedLevels, levelsOfCodes} from "../grouped-levels.js";
import {divideByScale, groupAbsMax, multiplyByScale, requireFinite} from "../groups.js";
import {requirePart, type ScaleType, storedScale} from "../pack.js";
import {
  packScaled,
  readingOf,
  rowsOf,
  type SharedScale,
  scaleGroups,
  sharedScale,
  sharedScaleSuffix,
  sharedScaleText,
  unpackScaled,
} from "../scaled.js";
import {packTensorScale, unpackTensorScale} from "../tensor-scale.js";
import {type PowerLevels, powerCodes, powerLevels, powerValues} from "./power-levels.js";
import {learnExponent, type PowerProblem, searchExponent} from "./power-search.js";

/** Parameters of a power-exponent format beside those of its scale; see {@link nupes}. */
export interface NupesOptions extends Partial<SharedScale> {
  /** Bits of a code, 2 to 8. */
  readonly bits?: number;
  /** The exponent; `search` tries a grid for each tensor, `learn` descends along the gradient of its error. */
  readonly exponent?: number | "search" | "learn";
}

/** An exponent for whose values the record of a format stands where each tensor has its own. */
const COMMON_EXPONENT = 0.7;

/** The scale of a group, in its stored type: its largest magnitude meets the largest level. */
export const powerScale =
  (type: ScaleType) =>
  (amax: number, {magnitudes}: PowerLevels): number => {
    const most = magnitudes[magnitudes.length - 1];
    return storedScale(amax / most, type, most);
  };

const FINDERS = {search: searchExponent, learn: (problem: PowerProblem) => learnExponent(problem)} as const;

interface Settings {
  readonly id: string;
  readonly bits: number;
  readonly exponent: number | keyof typeof FINDERS;
  readonly shared: SharedScale;
}

function settingsOf(options: NupesOptions): Settings {
  const {bits = 4, exponent = "search"} = options;
  requireInteger("nupes", "bits", bits, 2, 8);
  const isNumber = typeof exponent === "number";
  if (isNumber || !(exponent in FINDERS)) requireExponent(exponent);
  const shared = sharedScale("nupes", options);
  const suffix = isNumber ? `_a${exponent}` : exponent === "search" ? "" : "_learned";
  const id = `nupes${bits}${sharedScaleSuffix(shared, 128)}${suffix}`;
  return {id, bits, exponent: isNumber ? Math.fround(exponent) : exponent, shared};
}

/** A power format whose exponent, one a tensor, may be chosen from outside as well. */
export interface PowerFormat extends Format {
  /** The format with this exponent in place of one of its own choice, 0.1 to 2; the bytes stay readable by `decode` of either. */
  under(exponent: number): Format;
}

/** True for a format whose exponent may be chosen from outside: one that is not fixed by its id. */
export const isPowerFormat = (format: Format): format is PowerFormat => "under" in format;

/** The exponent that a tensor of such a format is stored with. */
export const packedExponent = (packed: Packed): number =>
  unpackTensorScale(requirePart(packed, "exponent", 4));

function encode({id, bits, exponent, shared}: Settings, x: Tensor, given?: number): Packed {
  requireFinite(id, x);
  const groups = scaleGroups(x.shape, shared);
  const amax = groupAbsMax(x.data, groups);
  const scaleOf = powerScale(shared.scaleType);
  const a =
    given ??
    (typeof exponent === "number" ? exponent : FINDERS[exponent]({x: x.data, groups, amax, bits, scaleOf}));
  const levels = powerLevels(bits, a);
  const scales = amax.map((most) => scaleOf(most, levels));
  const codes = powerCodes(levels, bits, divideByScale(x.data, groups, scales));
  const packed = packScaled(id, x, bits, shared.scaleType, {codes, scales});
  if (typeof exponent === "number") return packed;
  return {...packed, parts: {...packed.parts, exponent: packTensorScale(a)}};
}

function unpack({bits, exponent, shared}: Settings, packed: Packed) {
  const a = typeof exponent === "number" ? exponent : packedExponent(packed);
  return {...unpackScaled(packed, bits, shared), values: powerValues(bits, a)};
}

function decode(settings: Settings, packed: Packed): Tensor {
  const {groups, codes, scales, values} = unpack(settings, packed);
  const data = Float32Array.from(codes, (code) => values[code]);
  multiplyByScale(data, groups, scales);
  return {shape: [...packed.shape], data};
}

function levelsOf(settings: Settings, packed: Packed): GroupedLevels | null {
  const {groups, codes, scales, values} = unpack(settings, packed);
  return levelsOfCodes(packed.shape, groups, {codes, scales, values});
}

/** True where all levels are whole numbers that a signed byte holds: with exponent 1/2 they are squares. */
const hasLevels = ({bits, exponent, shared}: Settings): boolean =>
  typeof exponent === "number" &&
  (shared.axis === -1 || shared.granularity === "tensor") &&
  powerValues(bits, exponent).every((value) => Number.isInteger(value) && value >= -128 && value < 128);

/**
 * NUPES: integers q of sign(x) |x/s|^a, whose values sign(q) |q|^(1/a) s lie the closer the smaller they are; a is one
 * number for the tensor, 1 is plain integers. The default is 4 bits in groups of 128 with f16 scales, and the exponent of
 * least squared error among 0.30 … 1.00: 4.125 bits per element and 32 more. A group of zeros has scale 0. (NUPES, arXiv
 * 2308.05600; PowerQuant, arXiv 2301.09858)
 * @throws RangeError if an option is out of range; encode does so for a NaN or infinity, naming the index.
 */
export function nupes(options: NupesOptions = {}): Format {
  const settings = settingsOf(options);
  const {id, bits, exponent, shared} = settings;
  const isFixed = typeof exponent === "number";
  const how = isFixed ? `a = ${options.exponent}` : exponent === "search" ? "a searched" : "a learned";
  const format: Format = {
    id,
    title: `NUPES, ${bits} bits, ${how}`,
    family: "codebook",
    convention: `integers of ${bits} bits of |x|^a with ${isFixed ? how : "a for each tensor by squared error"}, ${sharedScaleText(shared)} (amax), half-even`,
    source: "NUPES, arXiv 2308.05600; PowerQuant, arXiv 2301.09858",
    blockSize: shared.granularity === "group" ? shared.groupSize : null,
    codebook: {bits, values: powerValues(bits, isFixed ? exponent : COMMON_EXPONENT)},
    ...(isFixed && {...rowsOf(shared), ...readingOf(shared)}),
    encode: (x: Tensor) => encode(settings, x),
    decode: (packed: Packed) => decode(settings, packed),
    ...(hasLevels(settings) && {levels: (packed: Packed) => levelsOf(settings, packed)}),
  };
  return Object.freeze({
    ...format,
    ...(!isFixed && {under: (a: number) => underExponent(format, settings, a)}),
  });
}

function underExponent(format: Format, settings: Settings, exponent: number): Format {
  requireExponent(exponent);
  return Object.freeze({...format, encode: (x: Tensor) => encode(settings, x, Math.fround(exponent))});
}

function requireExponent(exponent: unknown): void {
  if (typeof exponent === "number" && exponent >= 0.1 && exponent <= 2) return;
  throw new RangeError(`nupes: exponent must be search, learn or a number from 0.1 to 2, got ${exponent}`);
}
