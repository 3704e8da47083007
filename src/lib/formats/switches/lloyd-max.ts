import {requireInteger} from "../../tensor/require.js";

/** Rounds after which levels that still move are taken as they are. */
const MOST_ROUNDS = 300;
/** Share of the range below which a step of all levels is none. */
const STILL = 1e-6;
/** Bins of the histogram that first levels are made from. */
const BINS = 1024;

/** Values in ascending order, and the sums of those before each. */
interface Ordered {
  readonly sorted: Float32Array;
  readonly sums: Float64Array;
}

function ordered(values: Float32Array): Ordered {
  const sorted = values.slice().sort();
  const sums = new Float64Array(sorted.length + 1);
  for (let i = 0; i < sorted.length; i++) sums[i + 1] = sums[i] + sorted[i];
  return {sorted, sums};
}

/** Number of values that are at most `bound`. */
function countUpTo(sorted: Float32Array, bound: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] <= bound) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Each level becomes the mean of the values that are nearest to it; a level without values stays. */
function moved({sorted, sums}: Ordered, levels: Float64Array): Float64Array {
  let from = 0;
  return levels.map((level, i) => {
    const isLast = i === levels.length - 1;
    const to = isLast ? sorted.length : countUpTo(sorted, (level + levels[i + 1]) / 2);
    const mean = to > from ? (sums[to] - sums[from]) / (to - from) : level;
    from = Math.max(from, to);
    return mean;
  });
}

/** Levels in the middle of equal parts of the range. */
function evenLevels(sorted: Float32Array, count: number): Float64Array {
  const [low, high] = [sorted[0], sorted[sorted.length - 1]];
  return Float64Array.from({length: count}, (_, i) => low + ((i + 0.5) / count) * (high - low));
}

/** Levels as dense as the third root of the density of the values, which is best for many levels. (Panter and Dite 1951) */
function denseLevels(sorted: Float32Array, count: number): Float64Array {
  const [low, high] = [sorted[0], sorted[sorted.length - 1]];
  const counts = new Float64Array(BINS);
  const perUnit = high > low ? BINS / (high - low) : 0;
  for (const value of sorted) counts[Math.min(BINS - 1, Math.floor((value - low) * perUnit))]++;
  const roots = counts.map(Math.cbrt);
  const all = roots.reduce((sum, root) => sum + root, 0);
  let [bin, before] = [0, 0];
  return Float64Array.from({length: count}, (_, i) => {
    const wanted = ((i + 0.5) / count) * all;
    while (bin < BINS - 1 && before + roots[bin] < wanted) before += roots[bin++];
    return low + ((bin + 0.5) / BINS) * (high - low);
  });
}

/** Rounds until levels stand still, with the squares that they save: those of each level times its number of values. */
function settled(all: Ordered, first: Float64Array): {levels: Float64Array; saved: number} {
  const still = STILL * (all.sorted[all.sorted.length - 1] - all.sorted[0]);
  let levels = first;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const next = moved(all, levels);
    const isStill = next.every((level, i) => Math.abs(level - levels[i]) <= still);
    levels = next;
    if (isStill) break;
  }
  return {levels, saved: savedBy(all, levels)};
}

/** Sum of squares of the values less that of their errors. */
function savedBy({sorted, sums}: Ordered, levels: Float64Array): number {
  let [from, saved] = [0, 0];
  levels.forEach((level, i) => {
    const isLast = i === levels.length - 1;
    const to = isLast ? sorted.length : Math.max(from, countUpTo(sorted, (level + levels[i + 1]) / 2));
    saved += level * (2 * (sums[to] - sums[from]) - level * (to - from));
    from = to;
  });
  return saved;
}

/**
 * Levels of least squared error for some values, in ascending order: each is the mean of the values nearest to it, and
 * borders lie midway. The better end of two starts, even levels and dense ones, so that no even grid is better. Of few
 * different values some levels are equal. (Lloyd 1982, doi.org/10.1109/TIT.1982.1056489; Max 1960,
 * doi.org/10.1109/TIT.1960.1057548)
 * @returns zeros where there are no values.
 * @throws RangeError if `count` is no integer from 1 to 256.
 */
export function lloydMax(values: Float32Array, count: number): Float64Array {
  requireInteger("lloydMax", "count", count, 1, 256);
  if (values.length === 0) return new Float64Array(count);
  const all = ordered(values);
  const even = settled(all, evenLevels(all.sorted, count));
  const dense = settled(all, denseLevels(all.sorted, count));
  return even.saved > dense.saved ? even.levels : dense.levels;
}
