import {countBelow} from "../../../lib/formats/codebook/codebook.js";
import {e2m1} from "../../../lib/formats/element.js";
import type {Codebook} from "../../../lib/formats/format.js";
import {forEachGroup, groupsAlong, requireFinite} from "../../../lib/formats/groups.js";
import {requireBlockSize} from "../../../lib/formats/nvfp4/nvfp4.js";
import {
  requireSpecials,
  type SpecialCodebook,
  specialCodebook,
} from "../../../lib/formats/razer/razer-search.js";
import {roundHalfEven} from "../../../lib/formats/round.js";
import {smallest} from "../../../lib/stats/extent.js";
import type {Tensor} from "../../../lib/tensor/tensor.js";

/** The parameters of the quantizer with a zero point. */
export interface RazerZeroPointOptions {
  /** The levels without a special value; the authors double those of E2M1, which makes all of them integers. */
  readonly base?: Codebook;
  /** In the order of the search, in the units of `base`. */
  readonly specials?: readonly number[];
  readonly blockSize?: number;
}

/** Values that come back from the quantizer with a zero point, and the choice of each block. */
export interface RazerZeroPointResult {
  readonly values: Tensor;
  readonly specialIndex: Uint8Array;
  readonly scales: Float32Array;
  readonly zeroPoints: Float32Array;
}

/**
 * The quantizer of RaZeR v1 inside OmniQuant: the block's range [min, max] is laid on the range of the levels with a
 * rounded zero point, dq = (level + z) s, and the special value has the smallest squared error. Every step is float32;
 * scales lie within 1e-5 … 1e4. (RaZeR v1, OmniQuant fork)
 * @throws RangeError naming the index if x holds a NaN or infinity, or if an option is out of range.
 */
export function razerZeroPoint(
  x: Tensor,
  {base = e2m1, specials = [5, -5, 8, -8], blockSize = 128}: RazerZeroPointOptions = {},
): RazerZeroPointResult {
  requireSpecials("razerZeroPoint", specials, 256);
  requireBlockSize("razerZeroPoint", blockSize);
  requireFinite("razerZeroPoint", x);
  const codebooks = specials.map((special) => specialCodebook(base, special));
  const groups = groupsAlong(x.shape, -1, blockSize);
  const values = new Float32Array(x.data.length);
  const specialIndex = new Uint8Array(groups.count);
  const scales = new Float32Array(groups.count);
  const zeroPoints = new Float32Array(groups.count);
  forEachGroup(groups, (block, start, _step, count) => {
    const part = x.data.subarray(start, start + count);
    const tried = codebooks.map((codebook) => quantizeBlock(part, codebook));
    const least = smallest(tried.map(({error}) => error));
    const chosen = tried.findIndex(({error}) => error === least);
    const {dequantized, scale, zeroPoint} = tried[chosen];
    values.set(dequantized, start);
    specialIndex[block] = chosen;
    scales[block] = scale;
    zeroPoints[block] = zeroPoint;
  });
  return {values: {shape: [...x.shape], data: values}, specialIndex, scales, zeroPoints};
}

function quantizeBlock(x: Float32Array, codebook: SpecialCodebook) {
  const {scale, zeroPoint} = affine(x, codebook);
  const dequantized = x.map((value) => {
    const level =
      codebook.levels[countBelow(codebook.thresholds, Math.fround(Math.fround(value / scale) - zeroPoint))];
    return Math.fround(level + zeroPoint) * scale;
  });
  const error = dequantized.reduce((sum, value, i) => sum + Math.fround(value - x[i]) ** 2, 0);
  return {dequantized, scale, zeroPoint, error};
}

function affine(x: Float32Array, {levels}: SpecialCodebook): {scale: number; zeroPoint: number} {
  const {fround} = Math;
  const lowest = levels[0];
  const range = levels[levels.length - 1] - lowest;
  const max = x.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const min = x.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const spread = fround(fround(max - min) / range);
  const scale = fround(Math.min(Math.max(spread, 1e-5), 1e4));
  const share = -lowest / range;
  const middle = fround(fround(max * fround(share)) + fround(min * fround(1 - share)));
  return {scale, zeroPoint: roundHalfEven(fround(middle / scale))};
}
