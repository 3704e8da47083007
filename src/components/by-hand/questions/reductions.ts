import {numberText} from "../../kit/text/number-text.js";
import type {OrderRow} from "../../plots/reductions/orders.js";
import {type BarQuestion, rangeOf} from "./question.js";

/** Rows that a maximum fixed beforehand does not reach, and what computing them anew costs. */
export function unifiedMaximumQuestion(rows: readonly OrderRow[]): BarQuestion {
  const of = (id: string) => rows.find(({order}) => order === id);
  const [unified, online] = [of("unified-max"), of("online-softmax")];
  const share = unified?.recomputed ?? 0;
  return {
    question: `FlashDecoding++ subtracts one number, fixed beforehand, from every score and looks for no maximum; a row with a score out of reach is computed anew. How many rows of ${unified?.model ?? "the model"} are that?`,
    options: ["less than a tenth", "a tenth to a half", "more than a half"],
    right: rangeOf(share, [0.1, 0.5]),
    because: `${numberText(100 * share, 3)} %: trained heads spread their scores wider than one range. Together with the second attempts a row takes ${numberText(unified?.exponentials ?? 0, 4)} exponentials, and online softmax ${numberText(online?.exponentials ?? 0, 4)}.`,
    shown: "Exponentials for a row",
    bars: rows
      .filter(({order}) => ["plain-softmax", "online-softmax", "unified-max"].includes(order))
      .map(({label, exponentials}) => ({
        name: label,
        value: exponentials,
        text: numberText(exponentials, 4),
      })),
  };
}
