import {numberText} from "../../kit/text/number-text.js";
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
