import {type Estimate, estimateMean} from "./moments.js";
import {studentTQuantile} from "./student-t.js";

/** A value and its interval, at 95 % unless its maker states another level. */
export interface Interval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** A value with its standard error and interval; NaN where too little was measured to know them. */
export interface Measurement extends Interval, Estimate {}

/** The 97.5 % quantile of the standard normal law. */
export const Z95 = 1.959963984540054;

/** The 95 % interval of an estimate by the normal law: for many independent values; {@link studentInterval} for few. */
export function normalInterval({value, standardError}: Estimate): Interval {
  return around(value, Z95 * standardError);
}

/**
 * The interval of an estimate from n values by Student's t with n - 1 degrees of freedom, right for few values of a
 * normal law; without width known (NaN) for one value. (Student, doi.org/10.2307/2331554)
 * @param level share of samples whose interval holds the truth
 * @throws RangeError unless 0 < level < 1.
 */
export function studentInterval({value, standardError}: Estimate, n: number, level = 0.95): Interval {
  return around(value, studentHalfWidth(standardError, n, level));
}

/** Half the width of {@link studentInterval}. */
export function studentHalfWidth(standardError: number, n: number, level = 0.95): number {
  return n < 2 ? Number.NaN : standardError * studentTQuantile((1 + level) / 2, n - 1);
}

/** Fewest independent units, such as documents, of which an interval is given: fewer say next to nothing about their spread. */
export const LEAST_UNITS = 6;

/**
 * The 95 % interval of any smooth function of means by the delta method: `influence` holds by how much each independent
 * unit (a document) moves the value, covariances inside; its spread over the root of their number is the standard error.
 * Student's t with one degree of freedom less than there are units; all NaN below {@link LEAST_UNITS}.
 * @throws RangeError if there is no unit.
 */
export function influenceInterval(value: number, influence: ArrayLike<number>): Measurement {
  const {standardError} = estimateMean(influence, "influenceInterval");
  if (influence.length < LEAST_UNITS) {
    return {value, standardError: Number.NaN, low: Number.NaN, high: Number.NaN};
  }
  return {...studentInterval({value, standardError}, influence.length), standardError};
}

/** The interval in another unit: everything times `factor`, which is not negative. */
export function scaleInterval({value, low, high}: Interval, factor: number): Interval {
  return {value: factor * value, low: factor * low, high: factor * high};
}

const around = (value: number, half: number): Interval => ({value, low: value - half, high: value + half});
