import {numberText} from "../../kit/text/number-text.js";
import type {NumberRow} from "../regress/number-tokens.js";
import type {BarQuestion} from "./question.js";

/** Numbers of the page's first row that a reader chooses between. */
const OFFERED = ["0.0123456", "1234567", "1e-12", "0.3"];

/** The number that P10 cannot hold. */
export function lostNumberQuestion(rows: readonly NumberRow[]): BarQuestion {
  const own = rows.filter(({scheme, number}) => scheme === "p10" && OFFERED.includes(number));
  const most = own.reduce((a, b) => ((b.loss ?? 0) > (a.loss ?? 0) ? b : a));
  return {
    question: `A number is a sign, ${most.digits} digits and one token for a power of ten from -10 to 10. Which of these is lost altogether?`,
    options: own.map(({number}) => number),
    right: own.indexOf(most),
    because: `${most.number} comes back as ${most.decoded}: no token says so small a power of ten.`,
    shown: `Part of the number that P10 loses with ${most.digits} digits`,
    bars: own.map(({number, loss}) => ({
      name: number,
      value: loss ?? 0,
      text: `${numberText(100 * (loss ?? 0), 2)} %`,
    })),
  };
}
