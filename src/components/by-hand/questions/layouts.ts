import type {layouts} from "../../../lib/experiments/accel/layouts.js";
import {numberText} from "../../kit/text/number-text.js";
import {layoutRows} from "../../plots/accel/layouts.js";
import type {RowOf} from "../../plots/figure-spec.js";
import {type BarQuestion, rangeOf} from "./question.js";

/** Operations that take weights of six bits apart once they are loaded. */
export function layoutsQuestion(rows: readonly RowOf<typeof layouts>[]): BarQuestion {
  const six = (isPacked: boolean) => layoutRows(rows, isPacked).find(({bits}) => bits === 6);
  const [packed, plain] = [true, false].map((isPacked) => six(isPacked)?.extractions ?? 0);
  const fewer = (six(false)?.loads ?? 0) / (six(true)?.loads ?? 1);
  return {
    question: `Packed for the layout, weights of six bits take ${numberText(fewer, 2)} times fewer loads. How many of the shifts, masks and ors that take them apart are left?`,
    options: ["nearly all", "about half", "about as few as of the loads"],
    right: rangeOf(plain / packed, [1.3, 3]),
    because: `${numberText(packed, 3)} for a weight in place of ${numberText(plain, 3)}: six bits must be cut out of their bytes either way, and packing saves none of that.`,
    shown: "Shifts, masks and ors for a weight",
    bars: [
      {name: "as the matrix stands", value: plain, text: numberText(plain, 3)},
      {name: "packed for the layout", value: packed, text: numberText(packed, 3)},
    ],
  };
}
