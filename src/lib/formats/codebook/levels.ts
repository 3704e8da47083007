import type {Tensor} from "../../tensor/tensor.js";
import type {Format, Packed} from "../format.js";
import {divideByScale, groupAbsMax, multiplyByScale, requireFinite} from "../groups.js";
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

/** A list of levels as a format: values in [-1, 1] that a group's largest magnitude is multiplied with. */
export interface LevelSet {
  /** Begins the id: `nf4`. */
  readonly name: string;
  readonly source: string;
  /** Index = code; their number is a power of two. */
  readonly values: readonly number[];
  /** The group size that needs no mention in the id. */
  readonly groupSize: number;
}

/** The parameters of a level format beside those of its scale. */
export interface LevelOptions extends Partial<SharedScale> {
  readonly ties?: TieRule;
  /** The smallest amax a scale is made from: 1e-7 in the RaZeR authors' code. */
  readonly amaxFloor?: number;
}

const codebooks = new WeakMap<LevelSet, SortedCodebook>();

function bookOf(set: LevelSet): SortedCodebook {
  const codebook = codebooks.get(set) ?? sortCodebook(set.values);
  codebooks.set(set, codebook);
  return codebook;
}

/**
 * Quantizes to a list of levels: scale = amax of the group, code = the level nearest to x / scale, ties as `ties`
 * gives (default toward minus infinity). An all-zero group has scale 0 and decodes to zeros.
 * @throws RangeError naming the index if x holds a NaN or infinity, or if an option is out of range.
 */
export function levelsQuantize(set: LevelSet, x: Tensor, options: LevelOptions = {}) {
  const {ties = "half-down", amaxFloor = 0} = options;
  const shared = sharedScale(set.name, {groupSize: set.groupSize, ...options});
  requireFinite(set.name, x);
  const groups = scaleGroups(x.shape, shared);
  const floor = Math.fround(amaxFloor);
  const scales = scalesOf(groupAbsMax(x.data, groups), shared.scaleType, 1, (amax) => Math.max(amax, floor));
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

/**
 * A format of fixed levels and one scale per group; scales are not quantized a second time.
 * @throws RangeError if an option is out of range.
 */
export function levelsFormat(set: LevelSet, options: LevelOptions = {}): Format {
  const {name, source, values, groupSize} = set;
  const {ties = "half-down", amaxFloor = 0} = options;
  const shared = sharedScale(name, {groupSize, ...options});
  const bits = Math.log2(values.length);
  const id = [
    `${name}${sharedScaleSuffix(shared, groupSize)}`,
    ...(ties === "half-down" ? [] : [ties.replaceAll("-", "_")]),
    ...(amaxFloor === 0 ? [] : [`floor${amaxFloor}`]),
  ].join("_");
  return Object.freeze({
    id,
    title: id.toUpperCase().replaceAll("_", " "),
    family: "codebook",
    convention: `${values.length} levels, ${sharedScaleText(shared)} (amax), ${ties}`,
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
  });
}
