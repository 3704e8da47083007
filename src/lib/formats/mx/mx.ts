import {elementCount, type Tensor} from "../../tensor/tensor.js";
import {decodeValues, encodeValues} from "../cast.js";
import {type ElementFormat, e2m1, e2m3, e3m2, e4m3fn, e5m2, e8m0, intElement} from "../element.js";
import type {Format, Packed} from "../format.js";
import {type GroupedLevels, integerLevels, levelsOfCodes} from "../grouped-levels.js";
import {divideByScale, groupAbsMax, groupsAlong, multiplyByScale} from "../groups.js";
import {packCodes, packedLength, requirePart, unpackCodes} from "../pack.js";
import {type Rounding, rounderOf} from "../round.js";
import {MX_SCALE_RULES, type MxScaleRule, mxScaleByte} from "./mx-scale.js";

/** The parameters of an MX format; see `mx`. */
export interface MxOptions {
  readonly element?: ElementFormat;
  readonly blockSize?: number;
  readonly axis?: number;
  readonly scaleRule?: MxScaleRule;
  readonly rounding?: Rounding;
}

/** A tensor in MX before packing: one code per element in the tensor's order, one E8M0 byte per block. */
export interface MxBlocks {
  readonly codes: Uint8Array | Uint16Array;
  readonly scales: Uint8Array;
}

/** The element of MXINT`bits`: k / 2^(bits - 2), k restricted to ±(2^(bits-1) - 1) or the full two's complement. */
export function mxIntElement(bits: number, range: "full" | "restricted" = "restricted"): ElementFormat {
  const id = range === "full" ? `int${bits}_full` : `int${bits}`;
  return intElement({bits, fractionBits: bits - 2, range, id});
}

const elementNames: Readonly<Record<string, string>> = {e4m3fn: "e4m3"};

function mxName(element: ElementFormat): string {
  if (element.kind === "int") return `mx${element.id}`;
  return element.id === "e2m1" ? "mxfp4" : `mxfp${element.bits}_${elementNames[element.id] ?? element.id}`;
}

function mxLevels(packed: Packed, options: Required<MxOptions>): GroupedLevels | null {
  const {groups, codes, scales} = mxUnpack(packed, options);
  return levelsOfCodes(packed.shape, groups, {codes, values: options.element.values, scales});
}

function mxId({element, blockSize, axis, scaleRule, rounding}: Required<MxOptions>): string {
  const parts = [mxName(element)];
  if (blockSize !== 32) parts.push(`b${blockSize}`);
  if (scaleRule !== "floor") parts.push(scaleRule);
  if (rounding !== "half-even") parts.push(rounding.replaceAll("-", "_"));
  if (axis !== -1) parts.push(axis < 0 ? `axis_minus${-axis}` : `axis${axis}`);
  return parts.join("_");
}

function checkOptions({element, blockSize, axis, scaleRule, rounding}: Required<MxOptions>): void {
  if (element.bits > 8 || !element.values.some((value) => value < 0)) {
    throw new RangeError(`mx: element must be signed and have at most 8 bits, got ${element.id}`);
  }
  if (!Number.isInteger(blockSize) || blockSize < 1) {
    throw new RangeError(
      `mx: blockSize must be an integer of at least 1, got ${blockSize}. Lines need not be a multiple of it.`,
    );
  }
  if (!Number.isInteger(axis)) throw new RangeError(`mx: axis must be an integer, got ${axis}`);
  if (!MX_SCALE_RULES.includes(scaleRule)) {
    throw new RangeError(`mx: scaleRule must be one of ${MX_SCALE_RULES.join(", ")}, got ${scaleRule}`);
  }
  if (scaleRule === "meta" && element.id !== "e2m1") {
    throw new RangeError(`mx: scaleRule meta must come with the element e2m1, got ${element.id}`);
  }
  rounderOf(rounding);
}

const withDefaults = ({
  element = e2m1,
  blockSize = 32,
  axis = -1,
  scaleRule = "floor",
  rounding = "half-even",
}: MxOptions): Required<MxOptions> => ({element, blockSize, axis, scaleRule, rounding});

/**
 * Quantizes to MX blocks: scale X = 2^E from the largest magnitude of the block by `scaleRule`, codes =
 * saturating cast of x / X. Blocks of `blockSize` run along `axis`; a last, shorter one counts as padded with
 * zeros that are not stored. Scales are row-major in the shape of x with `axis` divided into blocks.
 *
 * An all-zero block has scale byte 0x00 and codes of signed zero. A block with a NaN or infinity has scale
 * byte 0xFF and the codes of zeros: all of it decodes to NaN. (OCP MX 1.0, section 6)
 * @throws RangeError if an option is out of range or x has no such axis.
 */
export function mxQuantize(x: Tensor, options: MxOptions = {}): MxBlocks {
  const all = withDefaults(options);
  checkOptions(all);
  return quantizeBlocks(x, all);
}

function quantizeBlocks(x: Tensor, options: Required<MxOptions>): MxBlocks {
  const {element, blockSize, axis, scaleRule, rounding} = options;
  const groups = groupsAlong(x.shape, axis, blockSize);
  const amax = groupAbsMax(x.data, groups);
  const scales = new Uint8Array(groups.count);
  for (let b = 0; b < scales.length; b++) scales[b] = mxScaleByte(scaleRule, element, amax[b]);
  const quotients = divideByScale(x.data, groups, decodeValues(e8m0, scales));
  // Only the blocks with a NaN scale have NaN quotients; what they hold is said by the scale alone.
  const finite = scales.includes(0xff) ? quotients.map((q) => (Number.isNaN(q) ? 0 : q)) : quotients;
  return {codes: encodeValues(element, finite, {rounding}), scales};
}

function mxUnpack(packed: Packed, {element, blockSize, axis}: Required<MxOptions>) {
  const count = elementCount(packed.shape);
  const groups = groupsAlong(packed.shape, axis, blockSize);
  const codes = requirePart(packed, "codes", packedLength(count, element.bits));
  const scales = decodeValues(e8m0, requirePart(packed, "scales", groups.count));
  return {groups, codes: unpackCodes(codes, element.bits, count), scales};
}

function mxDecode(packed: Packed, options: Required<MxOptions>): Tensor {
  const {shape} = packed;
  const {groups, codes, scales} = mxUnpack(packed, options);
  const data = decodeValues(options.element, codes);
  multiplyByScale(data, groups, scales);
  return {shape: [...shape], data};
}

/**
 * An MX format: `element` codes in blocks of `blockSize` along `axis` that share one E8M0 scale. Defaults are
 * those of `mxfp4`: E2M1, 32, last axis, floor rule, half to even. The packed scales are one byte per block.
 * NaN and infinity make their whole block NaN; see `mxQuantize`. (OCP Microscaling Formats 1.0)
 * @throws RangeError if an option is out of range.
 */
export function mx(options: MxOptions = {}): Format {
  const all = withDefaults(options);
  checkOptions(all);
  const {element, blockSize, axis, scaleRule, rounding} = all;
  const id = mxId(all);
  return Object.freeze({
    id,
    title: id.toUpperCase().replaceAll("_", " "),
    family: "mx",
    convention: `${element.id.toUpperCase()} elements, block ${blockSize}${axis === -1 ? "" : ` along axis ${axis}`}, E8M0 scale by the ${scaleRule} rule, ${rounding}, saturating`,
    source: "OCP Microscaling Formats (MX) 1.0, sections 5 and 6",
    blockSize,
    codebook: {bits: element.bits, values: element.values},
    ...(axis === -1 ? {rows: "alone", reading: {groupSize: blockSize, scales: e8m0.values}} : {}),
    encode(x: Tensor): Packed {
      const {codes, scales} = quantizeBlocks(x, all);
      return {format: id, shape: [...x.shape], parts: {codes: packCodes(codes, element.bits), scales}};
    },
    decode: (packed: Packed) => mxDecode(packed, all),
    ...(axis === -1 && integerLevels(element.values) && {levels: (packed: Packed) => mxLevels(packed, all)}),
  });
}

/** MXFP4 as OCP MX 1.0 has it: E2M1, block 32, floor rule, half to even; 4.25 bits per element. */
export const mxfp4 = mx();
/** MXFP6 with E2M3 elements; 6.25 bits per element. */
export const mxfp6E2m3 = mx({element: e2m3});
/** MXFP6 with E3M2 elements; 6.25 bits per element. */
export const mxfp6E3m2 = mx({element: e3m2});
/** MXFP8 with E4M3 elements; 8.25 bits per element. */
export const mxfp8E4m3 = mx({element: e4m3fn});
/** MXFP8 with E5M2 elements; 8.25 bits per element. */
export const mxfp8E5m2 = mx({element: e5m2});
/** MXINT8: k / 64, k in ±127; 8.25 bits per element. */
export const mxint8 = mx({element: mxIntElement(8)});
/** MXINT4: k / 4, k in ±7, the weights of HSA (arXiv 2507.09010) as microxcaling defines them. */
export const mxint4 = mx({element: mxIntElement(4)});
/** MXINT2: -1, 0 and 1. */
export const mxint2 = mx({element: mxIntElement(2)});
