import {numberText} from "../../kit/text/number-text.js";
import {atLongest, type ShapeRow, timesRead} from "../../plots/compiled/static-shapes.js";
import {type BarQuestion, rangeOf} from "./question.js";

/** Bytes of keys and values read with fixed shapes over those with a growing cache, at the largest compiled length. */
export function fixedShapesQuestion(rows: readonly ShapeRow[]): BarQuestion {
  const {fixed, growing} = atLongest(rows);
  const [own, other] = [fixed, growing].map((row) => row?.readBytes ?? Number.NaN);
  const {times, singly} = timesRead(rows);
  return {
    question: `A text of ${fixed?.tokens ?? 0} tokens is read and written by a graph compiled for ${fixed?.compiledLength ?? 0}. How many times as many keys and values does a token read?`,
    options: ["about as many", "a few times as many", "more than ten times as many"],
    right: rangeOf(times, [2, 10]),
    because: `${numberText(times, 3)} times: every run reads all places, whatever they hold. The growing cache reads its prompt in one run; if both read it token by token it would be ${numberText(singly, 3)} times.`,
    shown: "Keys and values read for a token, in bytes",
    bars: [
      {name: "fixed shapes", value: own, text: numberText(own, 4)},
      {name: "growing cache", value: other, text: numberText(other, 4)},
    ],
  };
}
