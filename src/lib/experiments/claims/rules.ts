/**
 * Rules of verdicts: from numbers and intervals to one of four words. A rule without evidence says `open`, and so does an
 * interval that is not known (NaN).
 */

import {largest} from "../../stats/extent.js";
import type {Interval} from "../../stats/interval.js";
import type {Evidence, Rule, Verdict} from "./claim.js";
import {intervalsOf, valuesOf} from "./evidence.js";

/** Percentage points of answers that a technique which loses nearly nothing may lose. */
export const ANSWERS_LOST = 2;
/** Per cent of perplexity that a technique which loses nearly nothing may lose. */
export const PERPLEXITY_LOST = 5;

/** Of what was not tried: always `open`. */
export const notTried: Rule = () => "open";

/** An order: `agrees` if every gap lies above zero, `same direction` if all do but some not beyond doubt, `differs` if one lies below. */
export function orderVerdict(gaps: readonly Interval[]): Verdict {
  if (gaps.some(({high}) => high < 0)) return "differs";
  if (gaps.length > 0 && gaps.every(({low}) => low > 0)) return "agrees";
  return gaps.some(({low}) => low > 0) && gaps.every(({value}) => value > 0) ? "same direction" : "open";
}

/** A printed reduction: `agrees` if all intervals lie above zero and hold it, `same direction` if all lie above zero, `differs` if one lies below. */
export function reductionVerdict(intervals: readonly Interval[], printed: number): Verdict {
  if (intervals.some(({high}) => high < 0)) return "differs";
  if (intervals.length === 0 || !intervals.every(({low}) => low > 0)) return "open";
  return intervals.every(({low, high}) => low <= printed && printed <= high) ? "agrees" : "same direction";
}

/** A margin: `agrees` if all intervals lie above it, `same direction` if all lie above zero, `differs` if one lies below zero. */
export function marginVerdict(intervals: readonly Interval[], margin: number): Verdict {
  if (intervals.some(({high}) => high < 0)) return "differs";
  if (intervals.length === 0 || !intervals.every(({low}) => low > 0)) return "open";
  return intervals.every(({low}) => low > margin) ? "agrees" : "same direction";
}

/** A limit: `agrees` if all intervals lie below it, `differs` if one lies above it. */
export function atMostVerdict(intervals: readonly Interval[], limit: number): Verdict {
  if (intervals.some(({low}) => low > limit)) return "differs";
  return intervals.length > 0 && intervals.every(({high}) => high <= limit) ? "agrees" : "open";
}

/** Changes of answers in percentage points: `differs` if an interval lies below what may be lost, `agrees` if all lie above it. */
export function keptVerdict(changes: readonly Interval[]): Verdict {
  return atMostVerdict(
    changes.map(({value, low, high}) => ({value: -value, low: -high, high: -low})),
    ANSWERS_LOST,
  );
}

/** Verdict on two readings of one claim: `differs` if one does, `agrees` if both do. */
export function bothVerdict(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes("differs")) return "differs";
  return verdicts.every((verdict) => verdict === "agrees") ? "agrees" : "open";
}

/** A loss of nearly nothing, of perplexity and of answers: the evidence whose quantities begin with these words. */
export function losslessVerdict(ours: readonly Evidence[], perplexity: string, answers: string): Verdict {
  return bothVerdict([
    atMostVerdict(intervalsOf(ours, perplexity), PERPLEXITY_LOST),
    keptVerdict(intervalsOf(ours, answers)),
  ]);
}

/**
 * A printed loss: `agrees` if the interval holds it and lies above zero, `same direction` if it lies between zero and the
 * printed one, `differs` if above it. An interval that holds zero shows no loss.
 */
export function lossVerdict({low, high}: Interval, printed: number): Verdict {
  if (low > printed) return "differs";
  if (!(low > 0)) return "open";
  return high < printed ? "same direction" : "agrees";
}

/** Shares below a limit: `agrees` if all are, `same direction` up to a tenth above it, else `differs`. */
export function limitVerdict(shares: readonly number[], limit: number): Verdict {
  const most = largest(shares);
  return most < limit ? "agrees" : most < 1.1 * limit ? "same direction" : "differs";
}

/** A copy of printed numbers: `agrees` if each of ours is within the tolerance of the printed one at its place. */
export const copies =
  (tolerance: number, quantity = ""): Rule =>
  (reported, ours) => {
    const [printed, found] = [valuesOf(reported, quantity), valuesOf(ours, quantity)];
    const isClose = (value: number, i: number) => Math.abs(found[i] - value) <= tolerance;
    return printed.every(isClose) ? "agrees" : "differs";
  };

/** A number that was not run: `differs` if the printed one is above the bound that a formula sets, else `open`. */
export const within =
  (printed: string, bound: string): Rule =>
  (reported, ours) => {
    const [most, bounds] = [largest(valuesOf(reported, printed)), valuesOf(ours, bound)];
    return most > largest(bounds) ? "differs" : "open";
  };
