/** Ranges of the groups of a tensor by each rule. */
import {sortedQuantile} from "../../stats/quantile.js";
import {forEachGroup, type Groups} from "../groups.js";
import {entropyShare, type Range, shareOf} from "./entropy-range.js";
import {coderOf, gridOf, type Ranges} from "./grid.js";
import type {Switches} from "./switches.js";

/** Shares of the largest range that are tried for the least squared error: 1, 0.98 … 0.2. */
const TRIED = Array.from({length: 41}, (_, i) => 1 - i / 50);

/** Values of a group, in a list of their own. */
export function groupValues(data: Float32Array, start: number, step: number, count: number): Float32Array {
  if (step === 1) return data.subarray(start, start + count);
  return Float32Array.from({length: count}, (_, n) => data[start + n * step]);
}

/** The range of all values, zero in it; symmetric around zero where levels are. */
function widest(values: Float32Array, isSymmetric: boolean): Range {
  let [low, high] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    if (values[i] < low) low = values[i];
    if (values[i] > high) high = values[i];
  }
  if (!isSymmetric) return {low, high};
  const most = Math.max(-low, high);
  return {low: -most, high: most};
}

/** The range between quantiles; that of all values where it would be empty. */
function percentileRange(values: Float32Array, isSymmetric: boolean, percentile: number): Range {
  const sorted = (isSymmetric ? values.map(Math.abs) : values.slice()).sort();
  const high = Math.max(0, sortedQuantile(sorted, percentile));
  const low = isSymmetric ? -high : Math.min(0, sortedQuantile(sorted, 1 - percentile));
  return high > low ? {low, high} : widest(values, isSymmetric);
}

/** Symmetric levels look at magnitudes, as the published rule does. */
function entropyRange(values: Float32Array, isSymmetric: boolean, bits: number): Range {
  const all = widest(values, isSymmetric);
  const share = isSymmetric
    ? entropyShare(values.map(Math.abs), {low: 0, high: all.high}, 2 ** (bits - 1))
    : entropyShare(values, all, 2 ** bits);
  return shareOf(all, share);
}

function rangesBy(data: Float32Array, groups: Groups, find: (values: Float32Array) => Range): Ranges {
  const low = new Float32Array(groups.count);
  const high = new Float32Array(groups.count);
  forEachGroup(groups, (group, start, step, count) => {
    const found = find(groupValues(data, start, step, count));
    low[group] = found.low;
    high[group] = found.high;
  });
  return {low, high};
}

/** Gives the squared error of each group when it is rounded to nearest within its range. */
export type RangeErrors = (
  data: Float32Array,
  groups: Groups,
  ranges: Ranges,
  switches: Switches,
) => Float64Array;

const rangeErrors: RangeErrors = (data, groups, ranges, switches) => {
  const {code, value} = coderOf(switches, gridOf(ranges, switches), null);
  const errors = new Float64Array(groups.count);
  forEachGroup(groups, (group, start, step, count) => {
    let sum = 0;
    for (let n = 0, i = start; n < count; n++, i += step)
      sum += (data[i] - value(code(data[i], group), group)) ** 2;
    errors[group] = sum;
  });
  return errors;
};

function leastErrorRanges(
  data: Float32Array,
  groups: Groups,
  all: Ranges,
  switches: Switches,
  errorsOf: RangeErrors,
): Ranges {
  const best = {low: all.low.slice(), high: all.high.slice()};
  const least = new Float64Array(groups.count).fill(Number.POSITIVE_INFINITY);
  for (const share of TRIED) {
    const tried = {low: all.low.map((end) => end * share), high: all.high.map((end) => end * share)};
    errorsOf(data, groups, tried, switches).forEach((error, group) => {
      if (error >= least[group]) return;
      least[group] = error;
      best.low[group] = tried.low[group];
      best.high[group] = tried.high[group];
    });
  }
  return best;
}

/**
 * Ranges of the groups of finite values by the rule of the switches.
 * @param errorsOf a faster way to the same sums
 */
export function fitRanges(
  data: Float32Array,
  groups: Groups,
  switches: Switches,
  errorsOf = rangeErrors,
): Ranges {
  const {levels, range, percentile, bits} = switches;
  const isSymmetric = levels !== "asymmetric";
  const find = {
    minmax: (values: Float32Array) => widest(values, isSymmetric),
    mse: (values: Float32Array) => widest(values, isSymmetric),
    percentile: (values: Float32Array) => percentileRange(values, isSymmetric, percentile),
    entropy: (values: Float32Array) => entropyRange(values, isSymmetric, bits),
  }[range];
  const ranges = rangesBy(data, groups, find);
  return range === "mse" ? leastErrorRanges(data, groups, ranges, switches, errorsOf) : ranges;
}
