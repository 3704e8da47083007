/** Numbers for and against claims, and the measures of readings that several ledgers share. */

import {perplexityGap} from "../../evaluate/loss-reduction.js";
import type {Provenance} from "../../experiment/provenance.js";
import {type Interval, scaleInterval} from "../../stats/interval.js";
import {mean} from "../../stats/moments.js";
import {pairedShare} from "../../stats/shares.js";
import type {Evidence} from "./claim.js";

/** Mean negative log-likelihood of each text, in nats. */
export interface TextLosses {
  readonly nll: Float64Array;
}

/** Right or wrong, for each of the answer tokens. */
export interface Answers {
  readonly right: readonly boolean[];
}

/** One number. */
export function evidence(
  subject: string,
  quantity: string,
  value: number,
  unit: string,
  provenance: Provenance,
): Evidence {
  return {subject, quantity, value, unit, provenance};
}

/** One number that was measured here. */
export function measured(subject: string, quantity: string, value: number, unit: string): Evidence {
  return evidence(subject, quantity, value, unit, "measured");
}

/** A measured value and both ends of its interval, where there are documents enough for one. */
export function intervalEvidence(
  subject: string,
  quantity: string,
  {value, low, high}: Interval,
  unit: string,
): Evidence[] {
  if (Number.isNaN(low)) return [measured(subject, quantity, value, unit)];
  return [
    measured(subject, quantity, value, unit),
    measured(subject, `${quantity}, lower end of 95 %`, low, unit),
    measured(subject, `${quantity}, upper end of 95 %`, high, unit),
  ];
}

/** Perplexity of all texts, each of which counts the same. */
export const perplexityOf = ({nll}: TextLosses): number => Math.exp(mean(nll));

/** Perplexity of the first less that of the second, in per cent of the second. */
export function gapPercent(worse: TextLosses, better: TextLosses): Interval {
  return scaleInterval(perplexityGap(worse.nll, better.nll), 100 / perplexityOf(better));
}

/** Share of right answers, in per cent. */
export const rightPercent = ({right}: Answers): number => (100 * right.filter(Boolean).length) / right.length;

/** Right answers less those of the baseline on the same texts, in percentage points. */
export function answersChange(own: Answers, baseline: Answers): Interval {
  return scaleInterval(
    pairedShare(own.right.map((isRight, i) => [isRight, baseline.right[i]] as const)),
    100,
  );
}
