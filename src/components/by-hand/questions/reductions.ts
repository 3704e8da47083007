import {numberText} from "../../kit/text/number-text.js";
import {atLongest, type ScheduleRow} from "../../plots/reductions/schedules.js";
import {type BarQuestion, rangeOf} from "./question.js";

/** The speed of equal shares over that of the best equal pieces, at the longest context. */
export function equalSharesQuestion(rows: readonly ScheduleRow[]): BarQuestion {
  const at = atLongest(rows);
  const of = (id: string) => at.find(({schedule}) => schedule === id)?.makespan ?? Number.NaN;
  const gain = of("flash-decoding-best") / of("lean-attention");
  const filled = of("flash-decoding") / of("lean-attention");
  return {
    question:
      "Cut every head into equal pieces, as many as serve best. How much faster are then equal shares of all tiles, whichever heads they belong to?",
    options: ["hardly", "a tenth to a half", "more than twice"],
    right: rangeOf(gain, [1.1, 2]),
    because: `${numberText(gain, 3)} times as fast in a long context: enough small pieces fill the workers, too. The gain is against a number of pieces that only gives every worker one (${numberText(filled, 3)} times), and in contexts too short for small pieces.`,
    shown: "Time of a decode step's attention at the longest context, in times of a tile",
    bars: at.map(({label, makespan}) => ({name: label, value: makespan, text: numberText(makespan, 4)})),
  };
}
