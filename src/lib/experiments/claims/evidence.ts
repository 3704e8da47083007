/** Numbers for and against claims, and the measures of readings that several ledgers share. */

import {perplexityGap} from "../../evaluate/loss-reduction.js";
import type {Provenance} from "../../experiment/provenance.js";
import {documentChange} from "../../stats/documents.js";
import {type Interval, scaleInterval} from "../../stats/interval.js";
import {mean} from "../../stats/moments.js";
import type {Evidence} from "./claim.js";

/** An interval whose unit is the document. */
export interface Spread extends Interval {
  readonly documents: number;
  /** By default Student's t over the documents. */
  readonly method?: string;
}

/** Mean negative log-likelihood of each text, in nats. */
export interface TextLosses {
  readonly nll: Float64Array;
}

/** Right or wrong, for each of the answer tokens of each text. */
export interface Answers {
  readonly right: readonly (readonly boolean[])[];
}

/** Method of the intervals of differences between documents. */
export const BY_DOCUMENT = "95 %, Student's t over documents";
/** Method of the intervals of answers: where no answer changes, the spread of as many independent ones is the least. */
export const BY_ANSWER = "95 %, Student's t over documents, at least the spread of independent answers";

const numbers =
  (provenance: Provenance) =>
  (subject: string, quantity: string, value: number | null, unit: string): Evidence => ({
    subject,
    quantity,
    value,
    unit,
    provenance,
  });

/** One number that a paper printed, or null where it printed none. */
export const reported = numbers("reported");
/** One number that was measured here. */
export const measured = numbers("measured");
/** One number that a formula gives. */
export const modelled = numbers("modelled");

/** A measured difference with its interval. */
export function spread(
  subject: string,
  quantity: string,
  {value, low, high, documents, method = BY_DOCUMENT}: Spread,
  unit: string,
): Evidence {
  return {...measured(subject, quantity, value, unit), low, high, documents, method};
}

/** The intervals among evidence whose quantity begins with these words. */
export function intervalsOf(evidence: readonly Evidence[], quantity = ""): Interval[] {
  return evidence
    .filter((each) => each.low !== undefined && each.quantity.startsWith(quantity))
    .map(({value, low = Number.NaN, high = Number.NaN}) => ({value: value ?? Number.NaN, low, high}));
}

/** The numbers among evidence whose quantity begins with these words. */
export function valuesOf(evidence: readonly Evidence[], quantity = ""): number[] {
  return evidence.flatMap((each) =>
    each.value !== null && each.quantity.startsWith(quantity) ? [each.value] : [],
  );
}

/** Evidence on some subjects alone. */
export const on = (evidence: readonly Evidence[], holds: (subject: string) => boolean): Evidence[] =>
  evidence.filter(({subject}) => holds(subject));

/** Perplexity of all texts, each of which counts the same. */
export const perplexityOf = ({nll}: TextLosses): number => Math.exp(mean(nll));

/** Perplexity of the first less that of the second. */
export function gapOf(worse: TextLosses, better: TextLosses): Spread {
  const {value, low, high} = perplexityGap(worse.nll, better.nll);
  return {value, low, high, documents: worse.nll.length};
}

/** The same in per cent of the second. */
export function gapPercent(worse: TextLosses, better: TextLosses): Spread {
  return scaled(gapOf(worse, better), 100 / perplexityOf(better));
}

/** A spread in another unit. */
export function scaled(spread: Spread, factor: number): Spread {
  return {...spread, ...scaleInterval(spread, factor)};
}

/** Share of right answers, in per cent. */
export function rightPercent({right}: Answers): number {
  const all = right.flat();
  return (100 * all.filter(Boolean).length) / all.length;
}

/**
 * Right answers less those of the baseline on the same texts, in percentage points; the interval counts texts.
 * @throws RangeError unless both hold as many texts, and as many answers of each.
 */
export function answersChange(own: Answers, baseline: Answers): Spread {
  requireSameAnswers(own.right, baseline.right);
  const pairs = own.right.map((text, i) =>
    text.map((isRight, j) => Number(isRight) - Number(baseline.right[i][j])),
  );
  const change = documentChange(
    pairs.map((text) => ({
      won: text.filter((difference) => difference > 0).length,
      lost: text.filter((difference) => difference < 0).length,
      trials: text.length,
    })),
  );
  const documents = pairs.filter(({length}) => length > 0).length;
  return scaled({...change, documents, method: BY_ANSWER}, 100);
}

function requireSameAnswers(own: Answers["right"], baseline: Answers["right"]): void {
  const [a, b] = [own, baseline].map((texts) => texts.map(({length}) => length));
  if (a.length !== b.length || a.some((length, i) => length !== b[i])) {
    const sizes = (counts: readonly number[]) =>
      `${counts.reduce((sum, n) => sum + n, 0)} of ${counts.length} texts`;
    throw new RangeError(`answersChange: both must hold the same answers, got ${sizes(a)} and ${sizes(b)}`);
  }
}
