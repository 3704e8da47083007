import type {bitsError} from "../../../lib/experiments/formats/bits-error.js";
import type {errorAnatomy} from "../../../lib/experiments/formats/error-anatomy.js";
import type {int8Threshold} from "../../../lib/experiments/formats/int8-threshold.js";
import type {razerSpecial} from "../../../lib/experiments/formats/razer-special.js";
import {THRESHOLD} from "../../../lib/formats/llm-int8/decompose.js";
import {numberText} from "../../kit/text/number-text.js";
import type {RowOf} from "../../plots/figure-spec.js";
import {wholeRows} from "../../plots/formats/bits-error.js";
import {type BarQuestion, rangeOf} from "./question.js";

const percent = (share: number) => `${numberText(100 * share, 3)} %`;

/** Small values or large ones: which cause most of the squared error of MXFP4? */
export function errorQuestion(rows: readonly RowOf<typeof errorAnatomy>[]): BarQuestion {
  const mxfp4 = rows.filter(
    ({format, by, distribution}) => format === "mxfp4" && by === "magnitude" && distribution === "normal",
  );
  const shares = (isLarge: boolean) => {
    const half = mxfp4.filter(({value}) => (value ?? 0) > 0.5 === isLarge);
    return {
      values: half.reduce((sum, {elementShare}) => sum + elementShare, 0),
      error: half.reduce((sum, {errorShare}) => sum + errorShare, 0),
    };
  };
  const [small, large] = [shares(false), shares(true)];
  return {
    question: "MXFP4 on normal values: which values cause most of the squared error?",
    options: ["those up to half of the largest of their block", "those above half of it"],
    right: large.error > small.error ? 1 : 0,
    because: `Values above half of the largest are ${percent(large.values)} of all and cause ${percent(large.error)} of the squared error.`,
    shown: "Share of the squared error of MXFP4",
    bars: [
      {name: "values up to half of the largest", value: small.error, text: percent(small.error)},
      {name: "values above half of it", value: large.error, text: percent(large.error)},
    ],
  };
}

/** Decibels that a special value gains over NVFP4. */
export function specialQuestion(rows: readonly RowOf<typeof razerSpecial>[]): BarQuestion {
  const pairs = rows.filter(({special, magnitude}) => magnitude !== null && special === magnitude);
  const best = pairs.toSorted((a, b) => b.gainDb - a.gainDb)[0];
  const gain = best?.gainDb ?? 0;
  return {
    question:
      "RaZeR gives the code of the second zero to a value that each block chooses, at the same size as NVFP4. How much less noise is that on normal values?",
    options: ["less than 0.5 dB", "0.5 to 1.5 dB", "1.5 to 6 dB", "more than 6 dB"],
    right: rangeOf(gain, [0.5, 1.5, 6]),
    because: `Up to ${numberText(gain, 3)} dB, with a magnitude of ${numberText(best?.magnitude ?? 0)}; one more bit would be about 6 dB.`,
    shown: "Gain over NVFP4 by the second magnitude of the special value (dB)",
    bars: pairs.map(({magnitude, gainDb}) => ({
      name: `±5 and ±${numberText(magnitude ?? 0)}`,
      value: gainDb,
      text: `${numberText(gainDb, 3)} dB`,
    })),
  };
}

/** Columns that stay in half precision at the threshold of the paper, and what they are worth. */
export function thresholdQuestion(rows: readonly RowOf<typeof int8Threshold>[]): BarQuestion {
  const at = (threshold: number) => rows.find((row) => row.threshold === threshold);
  const [none, own, all] = [at(0), at(THRESHOLD), at(1)];
  const share = own?.columnShare ?? 0;
  return {
    question: `LLM.int8() leaves columns in half precision that hold a magnitude of ${THRESHOLD} or more. How many columns are those in a model with outlier channels?`,
    options: ["less than 5 %", "5 to 20 %", "more than 20 %"],
    right: rangeOf(share, [0.05, 0.2]),
    because: `${percent(share)}, and with them the error of the products falls from ${percent(none?.error ?? 0)} to ${percent(own?.error ?? 0)}. All columns in half precision would bring it to ${percent(all?.error ?? 0)}.`,
    shown: "Error of the products over their size (%)",
    bars: [
      {name: "no column in half precision", row: none},
      {name: `those from ${THRESHOLD}`, row: own},
      {name: "those from 1", row: all},
    ].map(({name, row}) => ({name, value: row?.error ?? 0, text: percent(row?.error ?? 0)})),
  };
}

/** Formats of about four bits on the weights of a trained model. */
const FOUR_BITS = ["int4", "mxfp4", "nf4", "nvfp4", "razer"];

/** The best format of about four bits on the weights of a trained model. */
export function fourBitQuestion(rows: readonly RowOf<typeof bitsError>[]): BarQuestion {
  const own = wholeRows(rows.filter(({distribution}) => distribution === "weights/decoder-small"))
    .filter(({format}) => FOUR_BITS.includes(format))
    .toSorted((a, b) => FOUR_BITS.indexOf(a.format) - FOUR_BITS.indexOf(b.format));
  const best = own.reduce((a, b) => (b.sqnrDb > a.sqnrDb ? b : a));
  return {
    question: "Which of these formats loses least on the weights of a trained model?",
    options: own.map(({format, bitsPerElement}) => `${format} (${numberText(bitsPerElement, 3)} bits)`),
    right: own.indexOf(best),
    because: `${best.format} has ${numberText(best.sqnrDb, 3)} dB of signal over noise; six decibels are half the error.`,
    shown: "Signal to quantization noise on the weights of decoder-small (dB)",
    bars: own.map(({format, sqnrDb}) => ({name: format, value: sqnrDb, text: `${numberText(sqnrDb, 3)} dB`})),
  };
}

/** Sizes of a number that the question of the home page compares, in whole bits. */
const SIZES = [3, 4, 6, 8, 16];
/** An error that a reader may call small: a hundredth of the size of the weights. */
const SMALL = 0.01;

/** Bits that a weight needs for an error of a hundredth, from the best format of each size. */
export function bitsQuestion(rows: readonly RowOf<typeof bitsError>[]): BarQuestion {
  const best = SIZES.flatMap((bits) => bestOfSize(rows, bits));
  const enough = best.findIndex(({error}) => error <= SMALL);
  const {format, error} = best[enough] ?? {format: "no format", error: 1};
  return {
    question:
      "Rounding may change the weights of a trained model by a hundredth of their size. How many bits must a weight have?",
    options: best.map(({bits}) => `about ${bits}`),
    right: Math.max(enough, 0),
    because: `${format} is off by ${percent(error)}; each bit less about doubles the error.`,
    shown: "Error over the size of the weights, best format of each size (%)",
    bars: best.map(({format, error}) => ({name: format, value: error, text: percent(error)})),
  };
}

/** The format of so many whole bits that loses least, and its error as a share of the values. */
function bestOfSize(rows: readonly RowOf<typeof bitsError>[], bits: number) {
  const own = wholeRows(rows).filter(({bitsPerElement}) => Math.floor(bitsPerElement) === bits);
  const best = own.toSorted((a, b) => b.sqnrDb - a.sqnrDb)[0];
  return best === undefined ? [] : [{bits, format: best.format, error: 10 ** (-best.sqnrDb / 20)}];
}
