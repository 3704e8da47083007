import type {layouts} from "../../../lib/experiments/accel/layouts.js";
import {numberText} from "../../kit/text/number-text.js";
import {layoutRows} from "../../plots/accel/layouts.js";
import type {RowOf} from "../../plots/figure-spec.js";
import {type BarQuestion, rangeOf} from "./question.js";

/** Loads of weights of six bits, which end on no byte. */
export function layoutsQuestion(rows: readonly RowOf<typeof layouts>[]): BarQuestion {
  const six = (isPacked: boolean) => layoutRows(rows, isPacked).find(({bits}) => bits === 6)?.loads ?? 0;
  const [packed, plain] = [six(true), six(false)];
  const ratio = plain / packed;
  return {
    question:
      "Weights of six bits stand in memory without gaps. How many times fewer loads do threads need if each thread's weights are packed together beforehand?",
    options: ["as many", "2 to 4 times fewer", "5 to 10 times fewer"],
    right: rangeOf(ratio, [1.5, 4.5]),
    because: `${numberText(ratio, 2)} times: a thread takes its 16 weights as three vectors of four bytes. Out of the matrix it takes the word of each weight, or two where a weight crosses from one word to the next.`,
    shown: "Loads of a warp per thousand weights",
    bars: [
      {name: "as the matrix stands", value: plain, text: numberText(plain, 2)},
      {name: "packed for the layout", value: packed, text: numberText(packed, 2)},
    ],
  };
}
