import {numberText} from "../../kit/text/number-text.js";
import {type MixedRow, mixedRow} from "../../plots/accel/mixed-elements.js";
import type {LMulRow} from "../../plots/arithmetic/l-mul.js";
import {type BarQuestion, rangeOf} from "./question.js";

/** The rise of perplexity of products by adding bits, of the whole, everywhere in the model. */
export function addedQuestion(rows: readonly LMulRow[]): BarQuestion {
  const all = rows.filter(({reach}) => reach === "all");
  const of = all.find(({product}) => product === "l-mul-7");
  const share = of === undefined ? Number.NaN : of.difference / (of.perplexity - of.difference);
  return {
    question:
      "Every multiplication of a trained model becomes one addition of the factors' bits, with mantissas of seven bits. How much does its perplexity rise?",
    options: ["by less than a twentieth", "by a twentieth to a half", "by more: it writes noise"],
    right: rangeOf(share, [0.05, 0.5]),
    because: `By ${numberText(100 * share, 2)} %: a product errs by a few hundredths, above as often as below, and sums of many even that out.`,
    shown: "Perplexity above the baseline's, every product replaced",
    bars: all.map(({label, difference}) => ({
      name: label,
      value: difference,
      text: numberText(difference, 3),
    })),
  };
}

/** The speed of shifting and adding beside multipliers as narrow as the weights, on the same area. */
export function elementsQuestion(rows: readonly MixedRow[]): BarQuestion {
  const shown = ["int8", "narrow", "mixpe-w4a8"].flatMap((id) => mixedRow(rows, id) ?? []);
  const [narrow, own] = ["narrow", "mixpe-w4a8"].map((id) => mixedRow(rows, id)?.cycles ?? Number.NaN);
  const faster = narrow / own;
  return {
    question:
      "An array multiplies weights of four bits by inputs of eight and scales sums of groups. Its multipliers, no wider than that, give way to shifted inputs that are added. What does the speed become on the same area?",
    options: ["less than four fifths", "about the same, within a quarter", "more than five quarters"],
    right: rangeOf(faster, [0.8, 1.25]),
    because: `It becomes ${numberText(faster, 3)} times: a multiplier of four bits by eight is itself a few rows of adders. What the order of sums saves, it saves for both.`,
    shown: "Cycles of a matrix product on the same area, millions",
    bars: shown.map(({label, cycles}) => ({
      name: label,
      value: cycles / 1e6,
      text: numberText(cycles / 1e6, 3),
    })),
  };
}
