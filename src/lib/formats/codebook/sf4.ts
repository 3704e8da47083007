import {studentTQuantile} from "../../stats/student-t.js";
import type {Format} from "../format.js";
import {type LevelOptions, levelsFormat} from "./levels.js";

/** The probability below the lowest level, as in NF4: midway between 1/32 and 1/30. */
const TAIL = (1 / 32 + 1 / 30) / 2;

/** The quantile of Student's t with 5 degrees of freedom. */
const quantile = (probability: number): number => studentTQuantile(probability, 5);

/** `count` probabilities from `first` on, evenly spaced so that one more would be 1/2. */
const towardHalf = (first: number, count: number) =>
  Array.from({length: count}, (_, i) => first + ((0.5 - first) * i) / count);

/** The levels: 7 quantiles below 0, an exact 0, 8 above, divided by the largest and rounded to float32. */
function studentLevels(): readonly number[] {
  const largest = quantile(1 - TAIL);
  const negative = towardHalf(TAIL, 7).map(quantile);
  const positive = towardHalf(1 - TAIL, 8)
    .map(quantile)
    .reverse();
  return [...negative, 0, ...positive].map((t) => Math.fround(t / largest));
}

/** The 16 levels of StudentFloat4, index = code. */
export const SF4_VALUES: readonly number[] = Object.freeze(studentLevels());

const sf4Levels = Object.freeze({
  name: "sf4",
  source: "Learning from Students, arXiv 2405.03103",
  values: SF4_VALUES,
  groupSize: 64,
});

/**
 * StudentFloat4: NF4's construction on Student's t with 5 degrees of freedom, whose heavier tails are nearer to those
 * of trained weights; one scale per group of 64. (arXiv 2405.03103)
 * @throws RangeError if an option is out of range.
 */
export const sf4Format = (options: LevelOptions = {}): Format => levelsFormat(sf4Levels, options);

/** SF4, groups of 64, f16 scales: 4.25 bits per element. */
export const sf4 = sf4Format();
