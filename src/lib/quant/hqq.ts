/**
 * HQQ, half-quadratic quantization: the scale of a group stays, and its offset moves so that the error is small in an l_p
 * norm with p below 1, in which few large errors weigh little. (Badri and Shaji, Half-Quadratic Quantization of Large
 * Machine Learning Models, 2023; mobiusml/hqq, hqq/core/optimize.py)
 */

import type {Format, OffsetGroup} from "../formats/format.js";
import {offsetCode} from "../formats/int-offset.js";
import type {Tensor} from "../tensor/tensor.js";
import {type QuantizedWeight, quantizationMethod} from "./method.js";

/** Settings of the solver; the defaults are the authors'. */
export interface HqqOptions {
  /** Alternations at most; 0 is round to nearest. */
  readonly iterations?: number;
  /** p of the norm. */
  readonly norm?: number;
  /** Weight of the quadratic part, and the factor by which it grows with each alternation. */
  readonly beta?: number;
  readonly kappa?: number;
}

/**
 * The proximal step of |e|^p: what is left of an error when the quadratic part has the weight `beta`,
 * sign(e) max(0, |e| - |e|^(p - 1) / beta). Errors below beta^(-1 / (2 - p)) vanish: 0.17 for the defaults, in the units of
 * the weight itself.
 */
export function shrinkError(error: number, beta: number, norm: number): number {
  const size = Math.abs(error);
  return size === 0 ? 0 : Math.sign(error) * Math.max(0, size - size ** (norm - 1) / beta);
}

/** Sum of |e|^p over a group with an offset, e = value - (code · scale + offset). */
export function offsetError({values, scale, highest}: OffsetGroup, offset: number, norm: number): number {
  let sum = 0;
  for (const value of values) {
    const rounded = offsetCode(value, scale, offset, highest) * scale + offset;
    sum += Math.abs(value - rounded) ** norm;
  }
  return sum;
}

/**
 * The offset of a group: codes are rounded for the offset, errors are shrunk, and the offset becomes the mean of what the
 * codes and the shrunk errors leave of the values, again and again. The authors stop when the mean error of a whole tensor
 * grows; here each group stops for itself, when its own norm does not fall, and the best offset stays.
 */
export function hqqOffset(
  group: OffsetGroup,
  {iterations = 20, norm = 0.7, beta = 10, kappa = 1.01}: HqqOptions = {},
): number {
  const {values, scale, highest, stored} = group;
  let best = stored(group.offset);
  if (scale === 0) return best;
  let least = offsetError(group, best, norm);
  for (let i = 0; i < iterations; i++) {
    const weight = beta * kappa ** i;
    let sum = 0;
    for (const value of values) {
      const steps = offsetCode(value, scale, best, highest) * scale;
      sum += value - shrinkError(value - (steps + best), weight, norm) - steps;
    }
    const offset = stored(sum / values.length);
    const error = offsetError(group, offset, norm);
    if (!(error < least)) break;
    [best, least] = [offset, error];
  }
  return best;
}

/**
 * Rounds a weight with the offsets of {@link hqqOffset}.
 * @throws RangeError for a format without offsets, and for a NaN or infinity in `w`.
 */
export function hqq(w: Tensor, format: Format, options: HqqOptions = {}): QuantizedWeight {
  if (format.packWithOffsets === undefined)
    throw new RangeError(
      `hqq: format must have an offset for each group, such as int4_g64_offset, got ${format.id}`,
    );
  const packed = format.packWithOffsets(w, (group) => hqqOffset(group, options));
  return {packed, weight: format.decode(packed)};
}

/** HQQ: the offset of each group is optimized for a sparse error, without calibration data. */
export const hqqMethod = quantizationMethod({
  id: "hqq",
  label: "HQQ",
  source: "Badri and Shaji, Half-Quadratic Quantization, 2023; mobiusml/hqq",
  family: "rounding",
  params: {
    iterations: {
      kind: "integer",
      label: "Alternations",
      help: "At most; 0 is round to nearest.",
      min: 0,
      max: 1000,
      default: 20,
    },
    norm: {
      kind: "number",
      label: "Norm of the error",
      help: "Below 1 few large errors weigh little.",
      min: 0.1,
      max: 1,
      step: 0.05,
      default: 0.7,
    },
    beta: {
      kind: "number",
      label: "Weight of the quadratic part",
      min: 0.01,
      max: 1e6,
      log: true,
      default: 10,
    },
    kappa: {
      kind: "number",
      label: "Its growth with each alternation",
      min: 1,
      max: 2,
      step: 0.01,
      default: 1.01,
    },
  },
  needs: [],
  refuses: ({id, packWithOffsets}) =>
    packWithOffsets === undefined ? `HQQ moves the offset of each group; ${id} has none.` : null,
  steps: (options) => ({
    round: ({weights}, format) => ({weights: weights.map((w) => hqq(w, format, options))}),
  }),
});
