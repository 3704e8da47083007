import {mean} from "../stats/moments.js";
import {sortedQuantile} from "../stats/quantile.js";

/** Numbers that samples of a model come down to. */
export interface SampleSummary {
  readonly median: number;
  readonly mean: number;
  /** The value that was drawn most often; of equals the one nearest to the median. */
  readonly mode: number;
  /** Population standard deviation. */
  readonly standardDeviation: number;
  /** The finite samples, ascending. */
  readonly sorted: Float64Array;
}

/** Samples without those that are no number, ascending. Infinite ones stay. */
export function sortedSamples(samples: ArrayLike<number>): Float64Array {
  return Float64Array.from(Array.from(samples).filter((sample) => !Number.isNaN(sample))).sort();
}

/**
 * Median, mean, mode and spread of the samples that are numbers.
 * @throws RangeError if none is.
 */
export function summarizeSamples(samples: ArrayLike<number>): SampleSummary {
  const sorted = sortedSamples(samples);
  const middle = mean(sorted, "summarizeSamples");
  const squares = sorted.map((sample) => (sample - middle) ** 2);
  return {
    median: sortedQuantile(sorted, 0.5),
    mean: middle,
    mode: mostFrequent(sorted, sortedQuantile(sorted, 0.5)),
    standardDeviation: Math.sqrt(mean(squares)),
    sorted,
  };
}

function mostFrequent(sorted: Float64Array, middle: number): number {
  const counts = new Map<number, number>();
  for (const value of sorted) counts.set(value, (counts.get(value) ?? 0) + 1);
  const far = ([value]: readonly [number, number]) => Math.abs(value - middle);
  const [[best]] = [...counts].sort((a, b) => b[1] - a[1] || far(a) - far(b));
  return best;
}

/** The central interval that holds a share of the samples, its ends by linear interpolation. */
export function centralInterval(sorted: Float64Array, share: number): [low: number, high: number] {
  return [sortedQuantile(sorted, (1 - share) / 2), sortedQuantile(sorted, (1 + share) / 2)];
}

/**
 * Continuous ranked probability score of samples against the truth: their mean distance from it, less half their mean
 * distance from each other. For one sample it is the absolute error. (Gneiting and Raftery, section 4.2;
 * doi.org/10.1198/016214506000001437)
 */
export function rankedProbabilityScore(samples: ArrayLike<number>, truth: number): number {
  const sorted = sortedSamples(samples);
  const n = sorted.length;
  const errors = sorted.map((sample) => Math.abs(sample - truth));
  // Of n ascending values the i-th is subtracted n - 1 - i times and added i times in the sum of all distances.
  const distances = sorted.map((sample, i) => sample * (2 * i - n + 1));
  return mean(errors, "rankedProbabilityScore") - distances.reduce((sum, part) => sum + part, 0) / (n * n);
}

/**
 * RAFT's estimate: the expected value over a grid of numbers whose log-likelihoods the model gave, the chances
 * normalized over the grid. (RegressLM, `RAFTInferenceFn`)
 */
export function expectedOnGrid(logLikelihoods: ArrayLike<number>, grid: ArrayLike<number>): number {
  const largest = Array.from(logLikelihoods).reduce((most, value) => Math.max(most, value));
  let [sum, weights] = [0, 0];
  for (let i = 0; i < grid.length; i++) {
    const weight = Math.exp(logLikelihoods[i] - largest);
    weights += weight;
    sum += weight * grid[i];
  }
  return sum / weights;
}
