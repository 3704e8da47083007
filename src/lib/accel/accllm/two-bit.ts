import {requireInteger} from "../../tensor/require.js";

/** Shares of a group's range that are tried: values outside are clipped. */
const CLIPS = [1, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.65, 0.6, 0.55, 0.5] as const;
const LEVELS = 3;

/** Values of a group rounded to four levels between its extremes, which are drawn in by `clip`, and the error. */
function rounded(group: Float32Array, clip: number): {values: Float32Array; error: number} {
  let [low, high] = [Infinity, -Infinity];
  for (const value of group) {
    low = Math.min(low, value * clip);
    high = Math.max(high, value * clip);
  }
  const step = (high - low) / LEVELS || 1;
  let error = 0;
  const values = group.map((value) => {
    const level = Math.min(LEVELS, Math.max(0, Math.round((value - low) / step)));
    const found = Math.fround(low + step * level);
    error += (found - value) ** 2;
    return found;
  });
  return {values, error};
}

/**
 * Weights of two bits with a scale and a minimum for every group, clipped where that lowers the group's squared error.
 * (AccLLM, arXiv:2505.03745: weights of two bits; the clip is searched from 0.5 to 1)
 * @param values one after the other; the last group may be shorter
 * @throws RangeError unless `groupSize` is from 1.
 */
export function twoBitValues(values: Float32Array, groupSize: number): Float32Array {
  requireInteger("twoBitValues", "groupSize", groupSize, 1);
  const found = new Float32Array(values.length);
  for (let at = 0; at < values.length; at += groupSize) {
    const group = values.subarray(at, at + groupSize);
    const tries = CLIPS.map((clip) => rounded(group, clip));
    found.set(tries.reduce((best, next) => (next.error < best.error ? next : best)).values, at);
  }
  return found;
}

/**
 * A matrix of which every group of four inputs keeps two, with its kept values in two bits: groups run over kept values.
 * @param mask 1 where a weight stays, two of every four
 */
export function twoBitKept(weights: Float32Array, mask: ArrayLike<number>, groupSize: number): Float32Array {
  const kept = twoBitValues(
    weights.filter((_, i) => mask[i] === 1),
    groupSize,
  );
  let at = 0;
  return weights.map((_, i) => (mask[i] === 1 ? kept[at++] : 0));
}
