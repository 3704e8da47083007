import type {orderOfSums} from "../../../lib/experiments/decoding/order-of-sums.js";
import type {twoAndThreeValues} from "../../../lib/experiments/formats/two-and-three-values.js";
import {numberText} from "../../kit/text/number-text.js";
import type {RowOf} from "../../plots/figure-spec.js";
import {type BarQuestion, rangeOf} from "./question.js";

const percent = (share: number) => `${numberText(100 * share, 3)} %`;

/** Answers that are still right with weights of two values, once the decoder was trained with them. */
export function binaryQuestion(rows: readonly RowOf<typeof twoAndThreeValues>[]): BarQuestion {
  const of = (isTrained: boolean, weights: number) =>
    rows.find((row) => row.weights === weights && row.activations === 32 && row.isTrained === isTrained);
  const [teacher, rounded, trained] = [of(false, 16), of(false, 1), of(true, 1)];
  const share = (row: typeof teacher) => row?.answers ?? 0;
  return {
    question:
      "Each weight of a decoder becomes + or -, times one number for its row. It finds few facts then. How many answers are right after 200 steps of training with such weights?",
    options: ["less than 25 %", "25 to 50 %", "50 to 75 %", "more than 75 %"],
    right: rangeOf(share(trained), [0.25, 0.5, 0.75]),
    because: `${percent(share(trained))}, against ${percent(share(teacher))} of the decoder in 16 bits. Activations stay as they are here.`,
    shown: "Share of answer tokens right",
    bars: [
      {name: "16 bits", value: share(teacher), text: percent(share(teacher))},
      {name: "two values, rounded", value: share(rounded), text: percent(share(rounded))},
      {name: "two values, trained", value: share(trained), text: percent(share(trained))},
    ],
  };
}

/** Texts that differ when sums in BF16 are taken in another order. */
export function orderQuestion(rows: readonly RowOf<typeof orderOfSums>[]): BarQuestion {
  const tokens = rows.reduce((most, {token}) => Math.max(most, token), 0);
  const last = rows.filter(({token, orders}) => token === tokens && orders === "all orders");
  const differs = 1 - (last.find(({precision}) => precision === "bf16")?.same ?? 1);
  return {
    question: `A decoder computes in BF16 and writes ${tokens} tokens after the same prompt, twice, with sums taken in two orders. How many pairs of texts differ?`,
    options: ["hardly any", "about half", "nearly all"],
    right: rangeOf(differs, [0.25, 0.75]),
    because: `${percent(differs)}: a rounded sum moves two likely tokens past each other, and from there on the texts go apart.`,
    shown: `Pairs of texts that differ after ${tokens} tokens`,
    bars: last.map(({name, same}) => ({name, value: 1 - same, text: percent(1 - same)})),
  };
}
