import {rounderOf} from "../../../lib/formats/round.js";
import {hadamard} from "../../../lib/tensor/hadamard.js";
import type {Tensor} from "../../../lib/tensor/tensor.js";

/** An activation as int8 codes of its Hadamard transform: hadamard(y) is about `codes * scale`. */
export interface HadamardInt8 {
  readonly shape: readonly number[];
  readonly codes: Int8Array;
  readonly scale: number;
}

/** Options of quantization in Hadamard space. */
export interface HadamardInt8Options {
  /** Fixed by calibration; by default the largest |hadamard(y)| over 127, at least 1e-5 over 127. */
  readonly scale?: number;
  /** The rule at exact halves: CUDA kernels round away from zero, Python simulators to even. */
  readonly rounding?: "half-away" | "half-even";
}

/**
 * Rotates y [..., n] and rounds it to int8 with one scale for the tensor, clamped to -128 … 127: how Quamba stores
 * the output of its scan, whose outliers the rotation spreads. (arXiv 2410.13229, section 4.3)
 * @throws RangeError if y holds a NaN or infinity, if the scale is not positive, or if n has no transform.
 */
export function quantizeInHadamardSpace(
  y: Tensor,
  {scale, rounding = "half-away"}: HadamardInt8Options = {},
): HadamardInt8 {
  const bad = y.data.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    throw new RangeError(
      `quantizeInHadamardSpace: values must be finite, got ${y.data[bad]} at index ${bad}`,
    );
  }
  if (scale !== undefined && !(scale > 0 && Number.isFinite(scale))) {
    throw new RangeError(`quantizeInHadamardSpace: scale must be positive and finite, got ${scale}`);
  }
  const rotated = hadamard(y).data;
  const step = scale ?? Math.max(largestMagnitude(rotated), 1e-5) / 127;
  const round = rounderOf(rounding);
  const codes = new Int8Array(rotated.length);
  for (let i = 0; i < codes.length; i++) {
    codes[i] = Math.min(127, Math.max(-128, round(rotated[i] / step)));
  }
  return {shape: [...y.shape], codes, scale: step};
}

function largestMagnitude(values: Float32Array): number {
  let largest = 0;
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, Math.abs(values[i]));
  return largest;
}
