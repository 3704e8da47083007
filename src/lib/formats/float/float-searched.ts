import {requireInteger} from "../../tensor/require.js";
import {elementCount, type Tensor} from "../../tensor/tensor.js";
import {castIndex, castTable, decodeValues, encodeValues} from "../cast.js";
import {type FloatElement, floatElement} from "../element.js";
import type {Format, Packed} from "../format.js";
import {divideByScale, groupsAlong, multiplyByScale, requireFinite} from "../groups.js";
import {packCodes, packedLength, requirePart, storedScale, unpackCodes} from "../pack.js";
import {largestMagnitude, packTensorScale, unpackTensorScale} from "../tensor-scale.js";

/** Clip values that are tried: so many equal parts of the largest magnitude. */
const CLIPS = 100;
/** Values at most by which format and clip are chosen, taken at equal distances. */
const SAMPLE = 4096;

/**
 * The real-valued exponent bias by which an element of e exponent and m mantissa bits ends at the clip value c:
 * 2^e - log2 c + log2(2 - 2^-m) - 1. (arXiv 2408.06995, section 3; FP8 Quantization, arXiv 2208.09225)
 */
export const biasOfClip = (e: number, m: number, c: number): number =>
  2 ** e - Math.log2(c) + Math.log2(2 - 2 ** -m) - 1;

const elements = new Map<number, readonly FloatElement[]>();

/** Elements of `bits` bits by their exponent bits, 1 to bits - 1; all codes are numbers. */
export function searchedElements(bits: number): readonly FloatElement[] {
  const found =
    elements.get(bits) ??
    Array.from({length: bits - 1}, (_, i) =>
      floatElement({exponentBits: i + 1, mantissaBits: bits - 2 - i, specials: "none"}),
    );
  elements.set(bits, found);
  return found;
}

/** An element and the scale that brings its largest value to the clip value, found on one tensor. */
export interface FoundFloat {
  /** Bits of the exponent; the others but the sign are the mantissa's. */
  readonly exponentBits: number;
  readonly scale: number;
}

function sampled({data}: Tensor): Float32Array {
  const every = Math.ceil(data.length / SAMPLE);
  return data.filter((_, i) => i % every === 0);
}

/** Gives the squared error of values in an element under a scale; may stop where it exceeds `limit`. */
export type FloatErrors = (
  x: Float32Array,
) => (element: FloatElement, scale: number, limit: number) => number;

const floatErrors: FloatErrors = (x) => (element, scale, limit) => {
  const table = castTable(element);
  const {values} = element;
  const quotient = new Float32Array(1);
  const bits = new Uint32Array(quotient.buffer);
  let error = 0;
  for (let i = 0; i < x.length && error <= limit; i++) {
    quotient[0] = x[i] / scale;
    error += (x[i] - values[table[castIndex(bits[0])]] * scale) ** 2;
  }
  return error;
};

/**
 * The exponent bits and the clip of least squared error, of equals the first; scale 0 for a tensor of zeros.
 * @param errors a faster way to the same sums
 */
export function searchFloat(x: Tensor, bits: number, errors = floatErrors): FoundFloat {
  const amax = largestMagnitude(x);
  const errorOf = errors(sampled(x));
  let best: FoundFloat = {exponentBits: Math.ceil(bits / 2), scale: 0};
  let least = Number.POSITIVE_INFINITY;
  if (amax === 0) return best;
  for (const element of searchedElements(bits)) {
    for (let i = CLIPS; i > 0; i--) {
      const scale = storedScale((amax * i) / CLIPS / element.max, "f32", element.max);
      const error = errorOf(element, scale, least);
      if (error < least) {
        least = error;
        best = {exponentBits: element.exponentBits, scale};
      }
    }
  }
  return best;
}

function encode(id: string, bits: number, x: Tensor): Packed {
  requireFinite(id, x);
  const {exponentBits, scale} = searchFloat(x, bits);
  const count = elementCount(x.shape);
  const quotients = divideByScale(x.data, groupsAlong([count], 0, count), Float32Array.of(scale));
  const codes = encodeValues(searchedElements(bits)[exponentBits - 1], quotients);
  const parts = {
    codes: packCodes(codes, bits),
    scales: packTensorScale(scale),
    exponentBits: Uint8Array.of(exponentBits),
  };
  return {format: id, shape: [...x.shape], parts};
}

function decode(bits: number, packed: Packed): Tensor {
  const count = elementCount(packed.shape);
  const [exponentBits] = requirePart(packed, "exponentBits", 1);
  const element = searchedElements(bits)[exponentBits - 1];
  if (element === undefined)
    throw new RangeError(
      `${packed.format}.decode: exponentBits must be 1 to ${bits - 1}, got ${exponentBits}`,
    );
  const codes = unpackCodes(requirePart(packed, "codes", packedLength(count, bits)), bits, count);
  const data = decodeValues(element, codes);
  const scale = unpackTensorScale(requirePart(packed, "scales", 4));
  multiplyByScale(data, groupsAlong([count], 0, count), Float32Array.of(scale));
  return {shape: [...packed.shape], data};
}

/**
 * Floats of `bits` bits with exponent bits and clip value chosen for each tensor by squared error, on at most 4096 of its
 * values: among all divisions into exponent and mantissa, and 100 equal parts of the largest magnitude. A float32 scale
 * stands for the real-valued bias of the paper, see {@link biasOfClip}. Ids: `fp8_searched`, `fp4_searched`. (arXiv 2408.06995)
 * @throws RangeError if `bits` is out of range; encode does so for a NaN or infinity, naming the index.
 */
export function searchedFloat(bits: number): Format {
  requireInteger("searchedFloat", "bits", bits, 3, 8);
  const id = `fp${bits}_searched`;
  const shown = searchedElements(bits)[Math.ceil(bits / 2) - 1];
  return Object.freeze({
    id,
    title: `FP${bits}, exponent bits and clip searched`,
    family: "fp",
    convention: `floats of ${bits} bits, exponent bits and clip for each tensor by squared error, f32 scale per tensor, half-even, saturating`,
    source: "arXiv 2408.06995; FP8 Quantization, arXiv 2208.09225",
    blockSize: null,
    codebook: shown,
    encode: (x: Tensor) => encode(id, bits, x),
    decode: (packed: Packed) => decode(bits, packed),
  });
}
