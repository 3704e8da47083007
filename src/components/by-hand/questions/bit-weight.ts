import type {bitWeight} from "../../../lib/experiments/accel/bit-weight.js";
import {numberText} from "../../kit/text/number-text.js";
import {weightsRow} from "../../plots/accel/bit-weight.js";
import type {RowOf} from "../../plots/figure-spec.js";
import {type BarQuestion, rangeOf} from "./question.js";

const NAMES = [
  "bits of the magnitude",
  "Booth, radix 4",
  "canonical signed digits",
  "EN-T, radix 4",
] as const;

/** Digits of trained weights that are not zero. */
export function digitsQuestion(rows: readonly RowOf<typeof bitWeight>[]): BarQuestion {
  const digits = NAMES.map((name) => weightsRow(rows, name).digits);
  const [bits, , signed] = digits;
  return {
    question:
      "The weights of a trained decoder are integers of eight bits. How many bits of a weight's magnitude are ones, on average?",
    options: ["fewer than 2", "2 to 4", "more than 4"],
    right: rangeOf(bits, [2, 4]),
    because: `${numberText(bits, 3)}. Written with signed digits, ${numberText(signed, 3)} digits are not zero: a run of ones becomes a one above it and a minus one at its end.`,
    shown: "Digits that are not zero, per weight",
    bars: NAMES.map((name, i) => ({name, value: digits[i], text: numberText(digits[i], 3)})),
  };
}
