import {requireInteger} from "../../tensor/require.js";

/** Rounds after which levels that still move are taken as they are. */
const MOST_ROUNDS = 2000;
/** Share of the range below which a step of all levels is none. */
const STILL = 1e-7;

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

/** Levels to begin with: quantiles in the middle of equal shares. */
const quantiles = (sorted: Float32Array, count: number): Float64Array =>
  Float64Array.from({length: count}, (_, i) => sorted[Math.floor(((i + 0.5) / count) * sorted.length)]);

/**
 * Levels of least squared error for some values, in ascending order: each is the mean of the values nearest to it, and
 * borders lie midway. Of few different values some levels are equal. (Lloyd 1982, doi.org/10.1109/TIT.1982.1056489; Max
 * 1960, doi.org/10.1109/TIT.1960.1057548)
 * @returns zeros where there are no values.
 * @throws RangeError if `count` is no integer from 1 to 256.
 */
export function lloydMax(values: Float32Array, count: number): Float64Array {
  requireInteger("lloydMax", "count", count, 1, 256);
  if (values.length === 0) return new Float64Array(count);
  const all = ordered(values);
  const still = STILL * (all.sorted[values.length - 1] - all.sorted[0]);
  let levels = quantiles(all.sorted, count);
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const next = moved(all, levels);
    const isStill = next.every((level, i) => Math.abs(level - levels[i]) <= still);
    levels = next;
    if (isStill) break;
  }
  return levels;
}
