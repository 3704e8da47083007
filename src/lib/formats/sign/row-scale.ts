/** Scales of binary and ternary weights: statistics of a group, which no search and no gradient chooses. */
import {forEachGroup, type Groups} from "../groups.js";

/**
 * Rules of a ternary scale, for m the mean magnitude of the group:
 * - `four-thirds`: 4/3 m, values at most half of it are zero (TBT, arXiv:2306.01841);
 * - `mean`: m, values at most half of it are zero (BitNet b1.58, arXiv:2402.17764);
 * - `survivors`: values at most 0.7 m are zero, the scale is the mean magnitude of the others (TWN, arXiv:1605.04711).
 */
export const TERNARY_RULES = ["four-thirds", "mean", "survivors"] as const;

/** One of {@link TERNARY_RULES}. */
export type TernaryRule = (typeof TERNARY_RULES)[number];

/** A scale, and the largest magnitude that becomes zero. */
export interface TernaryScale {
  readonly scale: number;
  readonly zeroTo: number;
}

/** The mean magnitude of each group, in float64; 0 where a group has no elements. */
export function meanMagnitudes(data: Float32Array, groups: Groups): Float64Array {
  const means = new Float64Array(groups.count);
  forEachGroup(groups, (group, start, step, count) => {
    let sum = 0;
    for (let n = 0, i = start; n < count; n++, i += step) sum += Math.abs(data[i]);
    means[group] = count === 0 ? 0 : sum / count;
  });
  return means;
}

function survivorsMean(data: Float32Array, groups: Groups, thresholds: Float64Array): Float64Array {
  const means = new Float64Array(groups.count);
  forEachGroup(groups, (group, start, step, count) => {
    let sum = 0;
    let survivors = 0;
    for (let n = 0, i = start; n < count; n++, i += step) {
      const magnitude = Math.abs(data[i]);
      if (magnitude <= thresholds[group]) continue;
      sum += magnitude;
      survivors++;
    }
    means[group] = survivors === 0 ? 0 : sum / survivors;
  });
  return means;
}

/** Scale and threshold by the mean magnitude of a group; the scale of `survivors`, a mean of its own, is not known yet. */
export function ternaryScale(rule: TernaryRule, mean: number): TernaryScale {
  if (rule === "survivors") return {scale: Number.NaN, zeroTo: 0.7 * mean};
  const scale = rule === "mean" ? mean : (4 * mean) / 3;
  return {scale, zeroTo: scale / 2};
}

/** Scale and threshold of each group by a rule, before the scale is rounded to its stored type. */
export function ternaryScales(data: Float32Array, groups: Groups, rule: TernaryRule): TernaryScale[] {
  const found = Array.from(meanMagnitudes(data, groups), (mean) => ternaryScale(rule, mean));
  if (rule !== "survivors") return found;
  const scales = survivorsMean(
    data,
    groups,
    Float64Array.from(found, ({zeroTo}) => zeroTo),
  );
  return found.map(({zeroTo}, group) => ({scale: scales[group], zeroTo}));
}
