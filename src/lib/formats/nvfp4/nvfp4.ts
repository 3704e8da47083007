import {elementCount, type Tensor} from "../../tensor/tensor.js";
import {decodeValues, encodeValues} from "../cast.js";
import {e2m1, ue4m3} from "../element.js";
import type {EncodeOptions, Format, Packed} from "../format.js";
import {type GroupedLevels, levelsOfCodes} from "../grouped-levels.js";
import {
  divideByScale,
  type Groups,
  groupAbsMax,
  groupsAlong,
  multiplyByScale,
  requireFinite,
} from "../groups.js";
import {packCodes, packedLength, requirePart, unpackCodes} from "../pack.js";
import {type Rounding, rounderOf} from "../round.js";
import {divideByTensorScale, packTensorScale, tensorScaleOf, unpackTensorScale} from "../tensor-scale.js";

/**
 * The order of the divisions, and what becomes of blocks without magnitude:
 * - `direct`: s = amax / (6 g), q = x / (s g), value q (s g); the block scale is at least 2^-9. Ours.
 * - `modelopt`: the same, but a zero block has scale 1, a tiny one may get scale 0, with codes of ±6 that are worth
 *   nothing, and a negative zero becomes a plain one (NVIDIA Model Optimizer).
 * - `prescaled`: y = x / g first, s = amax(y) / 6, q = y / s, value (q s) g; scale at least 2^-9 (RaZeR's baseline).
 */
export type Nvfp4Order = (typeof NVFP4_ORDERS)[number];

const NVFP4_ORDERS = ["direct", "modelopt", "prescaled"] as const;

/** The parameters of NVFP4; the defaults are the format `nvfp4`. */
export interface Nvfp4Options {
  readonly blockSize?: number;
  readonly rounding?: Rounding;
  readonly order?: Nvfp4Order;
  /** `none` is the single-level variant: g = 1 and the block scale alone, as in ggml. */
  readonly tensorScale?: "float32" | "none";
}

/** A tensor in NVFP4, not yet packed: value = element code * block scale * tensor scale. */
export interface Nvfp4Tensor {
  readonly shape: readonly number[];
  readonly blockSize: number;
  /** E2M1 codes, one a byte, in the tensor's order. */
  readonly codes: Uint8Array;
  /** E4M3 codes, one a block, row by row. */
  readonly scaleCodes: Uint8Array;
  /** g; 1 in the single-level variant. */
  readonly tensorScale: number;
}

/** 6 * 448: the largest element times the largest block scale. */
const LARGEST = e2m1.max * ue4m3.max;
/** 2^-9, the smallest scale that is not 0. */
const LEAST_SCALE_CODE = 0x01;
const SCALE_CODE_OF_ONE = 0x38;

const withDefaults = ({
  blockSize = 16,
  rounding = "half-even",
  order = "direct",
  tensorScale = "float32",
}: Nvfp4Options): Required<Nvfp4Options> => ({blockSize, rounding, order, tensorScale});

function checkOptions({blockSize, rounding, order}: Required<Nvfp4Options>): void {
  requireBlockSize("nvfp4", blockSize);
  rounderOf(rounding);
  if (!NVFP4_ORDERS.includes(order)) {
    throw new RangeError(`nvfp4: order must be one of ${NVFP4_ORDERS.join(", ")}, got ${order}`);
  }
}

/** @throws RangeError naming `where` if blockSize is no integer of at least 1. */
export function requireBlockSize(where: string, blockSize: number): void {
  if (!Number.isInteger(blockSize) || blockSize < 1) {
    throw new RangeError(
      `${where}: blockSize must be an integer of at least 1, got ${blockSize}. Rows need not be a multiple of it: the last block is shorter.`,
    );
  }
}

/** The tensor scale of NVFP4: the largest magnitude over 6 * 448. */
export function nvfp4TensorScale(x: Tensor, amax?: number): number {
  return tensorScaleOf(x, LARGEST, amax);
}

/** E4M3 codes, to nearest even, of scales held within 2^-9 … 448: the smallest scale serves zero blocks too. */
export function blockScaleCodes(scales: Float32Array): Uint8Array {
  const codes = encodeValues(ue4m3, scales) as Uint8Array;
  return codes.map((code) => Math.max(code, LEAST_SCALE_CODE));
}

function modeloptScaleCodes(scales: Float32Array): Uint8Array {
  return Uint8Array.from(encodeValues(ue4m3, scales), (code, b) =>
    scales[b] === 0 ? SCALE_CODE_OF_ONE : code,
  );
}

/**
 * Quantizes to NVFP4: E2M1 elements, an E4M3 scale per block of the last axis, a float32 scale per tensor; all
 * arithmetic is float32. A negative number that rounds to zero keeps its sign (code 8). A block of zeros has scale
 * 2^-9 and codes 0 or 8; a tensor so small that g underflows to 0 becomes zeros.
 * @param amax the largest magnitude of the tensor of which x is some rows
 * @throws RangeError naming the index if x holds a NaN or infinity, or if an option is out of range.
 */
export function nvfp4Quantize(x: Tensor, options: Nvfp4Options = {}, amax?: number): Nvfp4Tensor {
  const all = withDefaults(options);
  checkOptions(all);
  requireFinite("nvfp4", x);
  const {blockSize, rounding, order} = all;
  const groups = groupsAlong(x.shape, -1, blockSize);
  const tensorScale = all.tensorScale === "none" ? 1 : nvfp4TensorScale(x, amax);
  const prescaled = order === "prescaled" || tensorScale === 0;
  const scaled = prescaled ? divideByTensorScale(x, tensorScale) : x.data;
  // Adding 0 makes a plain zero of a negative one and changes nothing else.
  const y = order === "modelopt" ? scaled.map((value) => value + 0) : scaled;
  const g = prescaled ? 1 : tensorScale;
  const wanted = groupAbsMax(y, groups).map((amax) => amax / Math.fround(e2m1.max * g));
  const scaleCodes = order === "modelopt" ? modeloptScaleCodes(wanted) : blockScaleCodes(wanted);
  const steps = decodeValues(ue4m3, scaleCodes).map((scale) => scale * g);
  const codes = encodeValues(e2m1, divideByScale(y, groups, steps), {rounding}) as Uint8Array;
  return {shape: [...x.shape], blockSize, codes, scaleCodes, tensorScale};
}

/**
 * The values of an NVFP4 tensor, each product rounded to float32: q (s g), and (q s) g where `order` is
 * `prescaled`, which differs in the last bit.
 */
export function nvfp4Dequantize(q: Nvfp4Tensor, order: Nvfp4Order = "direct"): Tensor {
  const {shape, blockSize, codes, scaleCodes, tensorScale} = q;
  const groups: Groups = groupsAlong(shape, -1, blockSize);
  const data = decodeValues(e2m1, codes);
  const scales = decodeValues(ue4m3, scaleCodes);
  if (order === "prescaled") {
    multiplyByScale(data, groups, scales);
    for (let i = 0; i < data.length; i++) data[i] = data[i] * tensorScale;
  } else {
    multiplyByScale(
      data,
      groups,
      scales.map((scale) => scale * tensorScale),
    );
  }
  return {shape: [...shape], data};
}

function nvfp4Levels({shape, blockSize, codes, scaleCodes, tensorScale}: Nvfp4Tensor): GroupedLevels | null {
  const scales = decodeValues(ue4m3, scaleCodes).map((scale) => scale * tensorScale);
  return levelsOfCodes(shape, groupsAlong(shape, -1, blockSize), {codes, values: e2m1.values, scales});
}

/**
 * The parts of a packed NVFP4 tensor: `codes` (two a byte, even index in the low nibble, no gap between rows),
 * `scales` (an E4M3 byte a block) and `tensorScale` (float32), which the single-level variant lacks.
 */
export function packNvfp4(format: string, q: Nvfp4Tensor, tensorScale: "float32" | "none"): Packed {
  const parts = {codes: packCodes(q.codes, 4), scales: q.scaleCodes};
  const levels = tensorScale === "none" ? parts : {...parts, tensorScale: packTensorScale(q.tensorScale)};
  return {format, shape: q.shape, parts: levels};
}

/**
 * Undoes {@link packNvfp4}.
 * @throws RangeError if a part is missing or its length does not fit the shape.
 */
export function unpackNvfp4(packed: Packed, blockSize: number, tensorScale: "float32" | "none"): Nvfp4Tensor {
  const {shape} = packed;
  const count = elementCount(shape);
  const codes = unpackCodes(requirePart(packed, "codes", packedLength(count, 4)), 4, count) as Uint8Array;
  const scaleCodes = requirePart(packed, "scales", groupsAlong(shape, -1, blockSize).count);
  const g = tensorScale === "none" ? 1 : unpackTensorScale(requirePart(packed, "tensorScale", 4));
  return {shape, blockSize, codes, scaleCodes, tensorScale: g};
}

const ORDER_NAMES: Readonly<Record<Nvfp4Order, string>> = {
  direct: "s = amax / (6 g) of at least 2^-9, q = x / (s g)",
  modelopt: "s = amax / (6 g), 1 for a zero block, q = x / (s g)",
  prescaled: "y = x / g, s = amax(y) / 6 of at least 2^-9, q = y / s",
};

/**
 * NVFP4 as a tensor format. Each parameter that is not the default becomes part of the id: `nvfp4_b32`,
 * `nvfp4_single_level`, `nvfp4_modelopt`, `nvfp4_prescaled_half_to_zero`. 4.5 bits per element and 32 bits more.
 * @throws RangeError if an option is out of range.
 */
export function nvfp4(options: Nvfp4Options = {}): Format {
  const all = withDefaults(options);
  checkOptions(all);
  const {blockSize, rounding, order, tensorScale} = all;
  const id = [
    "nvfp4",
    blockSize !== 16 && `b${blockSize}`,
    tensorScale === "none" && "single_level",
    order !== "direct" && order,
    rounding !== "half-even" && rounding.replaceAll("-", "_"),
  ]
    .filter(Boolean)
    .join("_");
  const levels = tensorScale === "none" ? "no tensor scale (g = 1)" : "float32 tensor scale g = amax / 2688";
  return Object.freeze({
    id,
    title: tensorScale === "none" ? "NVFP4, block scale only" : "NVFP4",
    family: "nvfp4",
    convention: `E2M1, block ${blockSize}, E4M3 block scale, ${levels}; ${ORDER_NAMES[order]}; ${rounding}`,
    source: "NVIDIA NVFP4 as in TensorRT Model Optimizer; RaZeR, arXiv 2501.04052, for the prescaled order",
    blockSize,
    codebook: {bits: e2m1.bits, values: e2m1.values},
    rows: tensorScale === "none" ? "alone" : "amax",
    ...(order !== "prescaled" && {
      reading: {groupSize: blockSize, scales: ue4m3.values, hasTensorScale: tensorScale !== "none"},
    }),
    encode: (x: Tensor, {amax}: EncodeOptions = {}) =>
      packNvfp4(id, nvfp4Quantize(x, all, amax), tensorScale),
    decode: (packed: Packed) => nvfp4Dequantize(unpackNvfp4(packed, blockSize, tensorScale), order),
    levels: (packed: Packed) => nvfp4Levels(unpackNvfp4(packed, blockSize, tensorScale)),
  });
}
