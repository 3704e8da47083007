import type {lossless} from "../../../lib/experiments/formats/lossless.js";
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

/** Bits that the 8 bits of an exponent hold. */
export function exponentQuestion(rows: readonly RowOf<typeof lossless>[]): BarQuestion {
  const row = rows.find(({bytesPerThread}) => bytesPerThread === 8) ?? rows[0];
  const {entropy = 0, coded = 0} = row ?? {};
  const bits = (value: number) => `${numberText(value, 3)} bits`;
  return {
    question: "BF16 has 8 bits of exponent. How many do they need at least, on these values?",
    options: ["less than 1", "1 to 2", "2 to 4", "more than 4"],
    right: rangeOf(entropy, [1, 2, 4]),
    because: `Their entropy is ${bits(entropy)}, and Huffman's code takes ${bits(coded)}.`,
    shown: "Bits of an exponent",
    bars: [
      {name: "stored", value: 8, text: bits(8)},
      {name: "Huffman's code", value: coded, text: bits(coded)},
      {name: "entropy", value: entropy, text: bits(entropy)},
    ],
  };
}
