import {mean, variance} from "../stats/moments.js";
import {sortedQuantile} from "../stats/quantile.js";

/** Interquartile range of a normal distribution over its standard deviation. */
const NORMAL_RANGE = 1.34;

/**
 * Silverman's bandwidth of samples: 0.9 n^(-1/5) times the lesser of their standard deviation and their interquartile
 * range over 1.34, or the one of the two that is not zero; zero for samples that are all equal.
 * (Silverman, Density Estimation, equation 3.31)
 * @throws RangeError for fewer than two samples.
 */
export function silvermanBandwidth(samples: ArrayLike<number>): number {
  const sorted = Float64Array.from(samples).sort();
  if (sorted.length < 2)
    throw new RangeError(`silvermanBandwidth: samples must be at least two, got ${sorted.length}`);
  const range = (sortedQuantile(sorted, 0.75) - sortedQuantile(sorted, 0.25)) / NORMAL_RANGE;
  const spreads = [Math.sqrt(variance(sorted)), range].filter((spread) => spread > 0);
  return spreads.length === 0
    ? 0
    : 0.9 * spreads.reduce((least, spread) => Math.min(least, spread)) * sorted.length ** -0.2;
}

/**
 * Density of samples smoothed by a normal curve of a standard deviation: it integrates to one.
 * (Rosenblatt, doi.org/10.1214/aoms/1177728190)
 * @throws RangeError unless the bandwidth is above 0 and there is a sample.
 */
export function smoothedDensity(samples: ArrayLike<number>, bandwidth: number): (x: number) => number {
  if (!(bandwidth > 0 && Number.isFinite(bandwidth)))
    throw new RangeError(`smoothedDensity: bandwidth must be above 0, got ${bandwidth}`);
  if (samples.length === 0) throw new RangeError("smoothedDensity: samples must be at least one, got none");
  const values = Float64Array.from(samples);
  const scale = 1 / (bandwidth * Math.sqrt(2 * Math.PI));
  return (x) => scale * mean(values.map((value) => Math.exp(-0.5 * ((x - value) / bandwidth) ** 2)));
}
