import type {Tensor} from "../../tensor/tensor.js";
import {decodeValues, encodeValues} from "../cast.js";
import {e2m1, ue4m3} from "../element.js";
import type {EncodeOptions, Format, Packed} from "../format.js";
import {
  divideByScale,
  forEachGroup,
  type Groups,
  groupAbsMax,
  groupsAlong,
  multiplyByScale,
  requireFinite,
} from "../groups.js";
import type {Rounding} from "../round.js";
import {divideByTensorScale} from "../tensor-scale.js";
import {
  blockScaleCodes,
  type Nvfp4Tensor,
  nvfp4Dequantize,
  nvfp4TensorScale,
  packNvfp4,
  requireBlockSize,
  unpackNvfp4,
} from "./nvfp4.js";

/** The parameters of 4over6; the defaults are the format `four_over_six`. */
export interface FourOverSixOptions {
  readonly blockSize?: number;
  readonly rounding?: Rounding;
}

/** An NVFP4 tensor together with what each block chose. */
export interface FourOverSixTensor extends Nvfp4Tensor {
  /** 1 where the block's largest magnitude stands at 4, 0 where it stands at 6. */
  readonly pickedFour: Uint8Array;
}

/** All blocks with their largest magnitude brought to 4, or to 6. */
export interface ScaleCandidate {
  readonly target: 4 | 6;
  /** E4M3 codes, one a block. */
  readonly scaleCodes: Uint8Array;
  readonly codes: Uint8Array;
  /** Per block: the sum of squared differences, in units of the tensor scale. */
  readonly errors: Float64Array;
}

/**
 * One of the two ways to quantize the blocks of y = x / g: scale amax / target, held within 2^-9 … 448, and E2M1
 * codes. A page that shows a block by hand passes that block alone. (arXiv 2512.02010)
 */
export function fourOverSixCandidate(
  y: Float32Array,
  groups: Groups,
  target: 4 | 6,
  rounding: Rounding = "half-to-zero",
): ScaleCandidate {
  const scaleCodes = blockScaleCodes(groupAbsMax(y, groups).map((amax) => amax / target));
  const scales = decodeValues(ue4m3, scaleCodes);
  const codes = encodeValues(e2m1, divideByScale(y, groups, scales), {rounding}) as Uint8Array;
  const values = decodeValues(e2m1, codes);
  multiplyByScale(values, groups, scales);
  return {target, scaleCodes, codes, errors: squaredErrors(values, y, groups)};
}

function squaredErrors(values: Float32Array, y: Float32Array, groups: Groups): Float64Array {
  const errors = new Float64Array(groups.count);
  forEachGroup(groups, (group, start, step, count) => {
    let sum = 0;
    for (let n = 0, i = start; n < count; n++, i += step) {
      const difference = Math.fround(values[i] - y[i]);
      sum += difference * difference;
    }
    errors[group] = sum;
  });
  return errors;
}

/**
 * Quantizes to NVFP4 where every block takes the better of two scales: at amax / 4 the values near the maximum fall
 * on 3 and 4, which are closer than 4 and 6. The 4 is taken only if its squared error is strictly smaller. Tensor
 * scale, zeros and packing are NVFP4's; ties go toward zero. (arXiv 2512.02010)
 * @param amax the largest magnitude of the tensor of which x is some rows
 * @throws RangeError naming the index if x holds a NaN or infinity, or if an option is out of range.
 */
export function fourOverSixQuantize(
  x: Tensor,
  options: FourOverSixOptions = {},
  amax?: number,
): FourOverSixTensor {
  const {blockSize = 16, rounding = "half-to-zero"} = options;
  requireBlockSize("fourOverSix", blockSize);
  requireFinite("fourOverSix", x);
  const groups = groupsAlong(x.shape, -1, blockSize);
  const tensorScale = nvfp4TensorScale(x, amax);
  const y = divideByTensorScale(x, tensorScale);
  const six = fourOverSixCandidate(y, groups, 6, rounding);
  const four = fourOverSixCandidate(y, groups, 4, rounding);
  const pickedFour = new Uint8Array(groups.count);
  forEachGroup(groups, (b, start, step, count) => {
    if (four.errors[b] >= six.errors[b]) return;
    pickedFour[b] = 1;
    six.scaleCodes[b] = four.scaleCodes[b];
    for (let n = 0, i = start; n < count; n++, i += step) six.codes[i] = four.codes[i];
  });
  const {codes, scaleCodes} = six;
  return {shape: [...x.shape], blockSize, codes, scaleCodes, tensorScale, pickedFour};
}

/**
 * 4over6 as a tensor format, packed as NVFP4. Ids: `four_over_six`, `four_over_six_b32`, `four_over_six_half_even`.
 * @throws RangeError if an option is out of range.
 */
export function fourOverSix({blockSize = 16, rounding = "half-to-zero"}: FourOverSixOptions = {}): Format {
  requireBlockSize("fourOverSix", blockSize);
  const id = [
    "four_over_six",
    blockSize !== 16 && `b${blockSize}`,
    rounding !== "half-to-zero" && rounding.replaceAll("-", "_"),
  ]
    .filter(Boolean)
    .join("_");
  return Object.freeze({
    id,
    title: "4over6",
    family: "nvfp4",
    convention: `E2M1, block ${blockSize}, E4M3 block scale amax / 6 or amax / 4 by squared error, float32 tensor scale g = amax / 2688; ${rounding}`,
    source: "4over6, arXiv 2512.02010, as in the RaZeR repository",
    blockSize,
    codebook: {bits: e2m1.bits, values: e2m1.values},
    rows: "amax",
    encode: (x: Tensor, {amax}: EncodeOptions = {}) =>
      packNvfp4(id, fourOverSixQuantize(x, {blockSize, rounding}, amax), "float32"),
    decode: (packed: Packed) => nvfp4Dequantize(unpackNvfp4(packed, blockSize, "float32"), "prescaled"),
  });
}
