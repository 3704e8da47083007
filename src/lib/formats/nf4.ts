import type {Tensor} from "../tensor/tensor.js";
import {nearestCodes, sortCodebook, type TieRule} from "./codebook.js";
import type {Format, Packed} from "./format.js";
import {divideByScale, groupAbsMax, multiplyByScale, requireFinite} from "./groups.js";
import {
  packScaled,
  type SharedScale,
  scaleGroups,
  scalesOf,
  sharedScale,
  sharedScaleSuffix,
  sharedScaleText,
  unpackScaled,
} from "./scaled.js";

/** The 16 levels of NormalFloat4, index = code: quantiles of a normal distribution with an exact 0. (QLoRA, arXiv 2305.14314, appendix E) */
export const NF4_VALUES: readonly number[] = Object.freeze([
  -1.0, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635,
  -0.18477343022823334, -0.09105003625154495, 0, 0.07958029955625534, 0.16093020141124725,
  0.24611230194568634, 0.33791524171829224, 0.44070982933044434, 0.5626170039176941, 0.7229568362236023, 1.0,
]);

/** The parameters of NF4 beside those of its scale; see `nf4`. */
export interface Nf4Options extends Partial<SharedScale> {
  readonly ties?: TieRule;
  /** The smallest amax a scale is made from: 1e-7 in the RaZeR authors' code. */
  readonly amaxFloor?: number;
}

const book = sortCodebook(NF4_VALUES);

/**
 * Quantizes to NF4: scale = amax of the group, code = the level nearest to x / scale, ties as `ties` says
 * (default toward minus infinity). An all-zero group has scale 0 and decodes to zeros.
 * @throws RangeError naming the index if x holds a NaN or infinity, or if an option is out of range.
 */
export function nf4Quantize(x: Tensor, {ties = "half-down", amaxFloor = 0, ...scale}: Nf4Options = {}) {
  const shared = sharedScale("nf4", {groupSize: 64, ...scale});
  requireFinite("nf4", x);
  const groups = scaleGroups(x.shape, shared);
  const floor = Math.fround(amaxFloor);
  const scales = scalesOf(groupAbsMax(x.data, groups), shared.scaleType, 1, (amax) => Math.max(amax, floor));
  const quotients = divideByScale(x.data, groups, scales);
  return {codes: nearestCodes(book, quotients, ties), scales};
}

/** The levels of `codes` times the scale of their group, in float32. */
export function nf4Dequantize(
  codes: Uint8Array | Uint16Array,
  scales: Float32Array,
  shape: readonly number[],
  scale: Partial<SharedScale> = {},
): Tensor {
  const data = new Float32Array(codes.length);
  for (let i = 0; i < data.length; i++) data[i] = book.levels[codes[i]!]!;
  multiplyByScale(data, scaleGroups(shape, sharedScale("nf4", {groupSize: 64, ...scale})), scales);
  return {shape: [...shape], data};
}

/**
 * NF4 with one scale per group of 64 (f16, 4.25 bits per element); no second quantization of the scales.
 * (QLoRA, arXiv 2305.14314, section 3)
 * @throws RangeError if an option is out of range.
 */
export function nf4Format(options: Nf4Options = {}): Format {
  const {ties = "half-down", amaxFloor = 0} = options;
  const shared = sharedScale("nf4", {groupSize: 64, ...options});
  const id = [
    `nf4${sharedScaleSuffix(shared, 64)}`,
    ...(ties === "half-down" ? [] : [ties.replaceAll("-", "_")]),
    ...(amaxFloor === 0 ? [] : [`floor${amaxFloor}`]),
  ].join("_");
  return Object.freeze({
    id,
    title: id.toUpperCase().replaceAll("_", " "),
    family: "codebook",
    convention: `16 levels, ${sharedScaleText(shared)} (amax), ${ties}`,
    source: "QLoRA, arXiv 2305.14314, section 3 and appendix E",
    blockSize: shared.granularity === "group" ? shared.groupSize : null,
    codebook: {bits: 4, values: NF4_VALUES},
    encode: (x: Tensor): Packed => packScaled(id, x, 4, shared.scaleType, nf4Quantize(x, options)),
    decode(packed: Packed): Tensor {
      const {codes, scales} = unpackScaled(packed, 4, shared);
      return nf4Dequantize(codes, scales, packed.shape, shared);
    },
  });
}

/** NF4, groups of 64, f16 scales: 4.25 bits per element. */
export const nf4 = nf4Format();
