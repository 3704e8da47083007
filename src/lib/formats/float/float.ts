import {elementCount, type Tensor} from "../../tensor/tensor.js";
import {type CastOptions, decodeValues, encodeValues} from "../cast.js";
import {bf16 as bf16Element, e4m3fn, e5m2, type FloatElement, f16} from "../element.js";
import type {CodeReading, Format, Packed} from "../format.js";
import {packCodes, packedLength, requirePart, unpackCodes} from "../pack.js";

const fieldNames: Readonly<Record<string, string>> = {
  f16: "fp16",
  bf16: "bf16",
  e4m3fn: "fp8_e4m3",
  e2m1: "fp4",
  fp3: "fp3",
};

/** The name of a floating-point element in a format's id: `fp8_e4m3`, `fp6_e2m3`, `fp4`. */
export function floatName({id, bits}: FloatElement): string {
  return fieldNames[id] ?? `fp${bits}_${id}`;
}

/** Codes stand for themselves. */
const UNSCALED: CodeReading = {groupSize: null, scales: "none"};

/** Float32 as it is: 32 bits per element, every bit kept. The baseline of every comparison. */
export const fp32: Format = Object.freeze({
  id: "fp32",
  title: "FP32",
  family: "baseline",
  convention: "IEEE 754 binary32, no scale; its codebook is too large to list",
  source: "IEEE 754-2019",
  blockSize: null,
  codebook: {bits: 32, values: []},
  rows: "alone",
  reading: UNSCALED,
  encode: ({shape, data}: Tensor): Packed => ({
    format: "fp32",
    shape: [...shape],
    parts: {codes: new Uint8Array(data.slice().buffer)},
  }),
  decode(packed: Packed): Tensor {
    const bytes = requirePart(packed, "codes", 4 * elementCount(packed.shape));
    return {shape: [...packed.shape], data: new Float32Array(bytes.slice().buffer)};
  },
});

/** An element that cannot say NaN must not be handed one, nor an infinity where that would be cut to a number. */
function requireSayable(id: string, {nanCode}: FloatElement, overflow: string, {data}: Tensor): void {
  for (let i = 0; i < data.length; i++) {
    const x = data[i];
    const isSayable = Number.isNaN(x) ? nanCode !== null : Number.isFinite(x) || overflow !== "saturate";
    if (!isSayable) {
      throw new RangeError(
        `${id}: values must be finite${nanCode === null ? "" : " or NaN"}, got ${x} at index ${i}`,
      );
    }
  }
}

/**
 * Every number cast by itself, without any scale. `overflow` defaults to `inf` where the element has infinity
 * and more than 8 bits (IEEE 754), else to `saturate` (OCP FP8 1.0); NaN stays NaN.
 * @throws RangeError from encode, naming the index, for a NaN that the element has no code for, and for an
 * infinity under `saturate`.
 */
export function plainFloat(element: FloatElement, options: CastOptions = {}): Format {
  const {rounding = "half-even", overflow = element.bits > 8 ? "inf" : "saturate"} = options;
  const suffix = [
    ...(rounding === "half-even" ? [] : [rounding.replaceAll("-", "_")]),
    ...(options.overflow === undefined ? [] : [overflow]),
  ];
  const id = [floatName(element), ...(element.bits > 4 ? [] : ["plain"]), ...suffix].join("_");
  return Object.freeze({
    id,
    title: id.toUpperCase().replaceAll("_", " "),
    family: element.bits > 8 ? "baseline" : "fp",
    convention: `${element.id.toUpperCase()}, no scale, ${rounding}, overflow: ${overflow}`,
    source: element.bits > 8 ? "IEEE 754-2019; bfloat16" : "OCP 8-bit Floating Point 1.0",
    blockSize: null,
    codebook: element,
    rows: "alone",
    ...((element.bits <= 8 || element === f16) && {reading: UNSCALED}),
    encode(x: Tensor): Packed {
      requireSayable(id, element, overflow, x);
      const codes = encodeValues(element, x.data, {rounding, overflow});
      return {format: id, shape: [...x.shape], parts: {codes: packCodes(codes, element.bits)}};
    },
    decode(packed: Packed): Tensor {
      const count = elementCount(packed.shape);
      const bytes = requirePart(packed, "codes", packedLength(count, element.bits));
      const codes = unpackCodes(bytes, element.bits, count);
      return {shape: [...packed.shape], data: decodeValues(element, codes)};
    },
  });
}

/** IEEE half precision, overflow to infinity. */
export const fp16 = plainFloat(f16);
/** bfloat16, overflow to infinity. */
export const bf16 = plainFloat(bf16Element);
/** OCP FP8 E4M3 without any scale, saturating. */
export const fp8E4m3 = plainFloat(e4m3fn);
/** OCP FP8 E5M2 without any scale, saturating. */
export const fp8E5m2 = plainFloat(e5m2);
