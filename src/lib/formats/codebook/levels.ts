import type {Tensor} from "../../tensor/tensor.js";
import type {Format, FormatFamily, Packed} from "../format.js";
import {type GroupedLevels, integerLevels, levelsOfCodes} from "../grouped-levels.js";
import {divideByScale, groupAbsMax, multiplyByScale, requireFinite} from "../groups.js";
import type {ScaleType} from "../pack.js";
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
} from "../scaled.js";
import {nearestCodes, type SortedCodebook, sortCodebook, type TieRule} from "./codebook.js";

/** A list of levels as a format: a group's largest magnitude meets one of their ends. */
export interface LevelSet {
  /** Begins the id: `nf4`. */
  readonly name: string;
  /** Begins the title; the name in capitals if absent. */
  readonly title?: string;
  /** `codebook` if absent. */
  readonly family?: FormatFamily;
  /** Number of steps that a group's largest magnitude becomes, 1 if absent. */
  readonly amaxSteps?: number;
  /** Rule for a number midway between two levels, `half-down` if absent. */
  readonly ties?: TieRule;
  readonly source: string;
  /** Words for the levels, `levels` if absent: they follow their number. */
  readonly levels?: string;
  /** Index = code; their number is a power of two. Whole numbers can be read packed, as levels under scales. */
  readonly values: readonly number[];
  /** The group size that needs no mention in the id. */
  readonly groupSize: number;
}

/** The parameters of a level format beside those of its scale. */
export interface LevelOptions extends Partial<SharedScale> {
  /** Rule for a number midway between two levels; that of the set if absent. */
  readonly ties?: TieRule;
  /** The smallest amax a scale is made from: 1e-7 in the RaZeR authors' code. */
  readonly amaxFloor?: number;
}

const usualTies = ({ties = "half-down"}: LevelSet): TieRule => ties;

const codebooks = new WeakMap<LevelSet, SortedCodebook>();

function bookOf(set: LevelSet): SortedCodebook {
  const codebook = codebooks.get(set) ?? sortCodebook(set.values);
  codebooks.set(set, codebook);
  return codebook;
}

/** Stored scales of groups by their largest magnitudes. */
export function levelScales(
  {amaxSteps = 1}: LevelSet,
  amax: Float32Array,
  type: ScaleType,
  floor = 0,
): Float32Array {
  return scalesOf(amax, type, amaxSteps, (most) => Math.max(most, floor) / amaxSteps);
}

/**
 * Quantizes to a list of levels: scale = amax of the group / its steps, code = the level nearest to x / scale,
 * ties as `ties` gives. An all-zero group has scale 0 and decodes to zeros.
 * @throws RangeError naming the index if x holds a NaN or infinity, or if an option is out of range.
 */
export function levelsQuantize(set: LevelSet, x: Tensor, options: LevelOptions = {}) {
  const {ties = usualTies(set), amaxFloor = 0} = options;
  const shared = sharedScale(set.name, {groupSize: set.groupSize, ...options});
  requireFinite(set.name, x);
  const groups = scaleGroups(x.shape, shared);
  const scales = levelScales(set, groupAbsMax(x.data, groups), shared.scaleType, Math.fround(amaxFloor));
  const quotients = divideByScale(x.data, groups, scales);
  return {codes: nearestCodes(bookOf(set), quotients, ties), scales};
}

/** The levels of `codes` times the scale of their group, in float32. */
export function levelsDequantize(
  set: LevelSet,
  codes: Uint8Array | Uint16Array,
  scales: Float32Array,
  shape: readonly number[],
  scale: Partial<SharedScale> = {},
): Tensor {
  const values = Float32Array.from(set.values);
  const data = new Float32Array(codes.length);
  for (let i = 0; i < data.length; i++) data[i] = values[codes[i]];
  const shared = sharedScale(set.name, {groupSize: set.groupSize, ...scale});
  multiplyByScale(data, scaleGroups(shape, shared), scales);
  return {shape: [...shape], data};
}

/** Id and title of a format: the name and all that is not the default of its set. */
function namesOf(set: LevelSet, shared: SharedScale, {ties = usualTies(set), amaxFloor = 0}: LevelOptions) {
  const more = [
    sharedScaleSuffix(shared, set.groupSize),
    ...(ties === usualTies(set) ? [] : [`_${ties.replaceAll("-", "_")}`]),
    ...(amaxFloor === 0 ? [] : [`_floor${amaxFloor}`]),
  ].join("");
  const title = set.title ?? set.name.toUpperCase();
  return {id: set.name + more, title: title + more.toUpperCase().replaceAll("_", " ")};
}

/** The same tensor as whole numbers under scales. */
function readLevels({values}: LevelSet, packed: Packed, shared: SharedScale): GroupedLevels | null {
  const {groups, codes, scales} = unpackScaled(packed, Math.log2(values.length), shared);
  return levelsOfCodes(packed.shape, groups, {codes, scales, values});
}

/**
 * A format of fixed levels and one scale per group; scales are not quantized a second time.
 * @throws RangeError if an option is out of range.
 */
export function levelsFormat(set: LevelSet, options: LevelOptions = {}): Format {
  const {name, source, values, groupSize, levels = "levels", family = "codebook", amaxSteps = 1} = set;
  const {ties = usualTies(set)} = options;
  const shared = sharedScale(name, {groupSize, ...options});
  const bits = Math.log2(values.length);
  const {id, title} = namesOf(set, shared, options);
  const isWhole = values.every(Number.isInteger) && integerLevels(values) !== null;
  const divisor = amaxSteps === 1 ? "" : ` / ${amaxSteps}`;
  return Object.freeze({
    id,
    title,
    family,
    convention: `${values.length} ${levels}, ${sharedScaleText(shared)} (amax${divisor}), ${ties}`,
    source,
    blockSize: shared.granularity === "group" ? shared.groupSize : null,
    codebook: {bits, values},
    ...rowsOf(shared),
    ...readingOf(shared),
    encode: (x: Tensor): Packed => packScaled(id, x, bits, shared.scaleType, levelsQuantize(set, x, options)),
    decode(packed: Packed): Tensor {
      const {codes, scales} = unpackScaled(packed, bits, shared);
      return levelsDequantize(set, codes, scales, packed.shape, shared);
    },
    ...(isWhole && {levels: (packed: Packed) => readLevels(set, packed, shared)}),
  });
}
