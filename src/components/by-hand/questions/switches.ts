import type {integerOnly} from "../../../lib/experiments/formats/integer-only.js";
import {numberText} from "../../kit/text/number-text.js";
import type {RowOf} from "../../plots/figure-spec.js";
import {integerFinding} from "../../plots/formats/switches.js";
import {type BarQuestion, rangeOf} from "./question.js";

/** Output codes of integer layers that are not those of the simulation. */
export function integerQuestion(rows: readonly RowOf<typeof integerOnly>[]): BarQuestion {
  const outputs = rows.reduce((sum, row) => sum + row.outputs, 0);
  const differ = rows.reduce((sum, row) => sum + row.differ, 0);
  const inMillion = outputs === 0 ? 0 : (1e6 * differ) / outputs;
  return {
    question:
      "Quantized models are mostly simulated in floats. The same layers, run with integers alone from input to output: how many of a million output codes come out otherwise?",
    options: ["none", "1 to 100", "100 to 10,000", "more than 10,000"],
    right: rangeOf(inMillion, [0.5, 100, 10_000]),
    because: integerFinding(rows),
    shown: "Output codes",
    bars: [
      {name: "the same", value: outputs - differ, text: numberText(outputs - differ)},
      {name: "otherwise", value: differ, text: numberText(differ)},
    ],
  };
}
