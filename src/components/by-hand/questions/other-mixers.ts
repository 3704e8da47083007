import {numberText} from "../../kit/text/number-text.js";
import {type TrackingRow, trackerName} from "../../plots/mixers/state-tracking.js";
import {ALL_SEEDS} from "../../plots/row-names.js";
import type {BarQuestion} from "./question.js";

/** The order of three letters after words far longer than those of training. */
export function stateQuestion(rows: readonly TrackingRow[]): BarQuestion {
  const longest = rows.reduce((most, {length}) => Math.max(most, length), 0);
  const last = rows.filter((row) => row.seed === ALL_SEEDS && row.task === "s3" && row.length === longest);
  const share = (model: string) => last.find((row) => row.model === model)?.right ?? Number.NaN;
  const [own, rival] = [share("lstm") > 0.9, share("transformer") > 0.9];
  const guess = last[0]?.guess ?? Number.NaN;
  return {
    question: `Three letters are put in another order ${longest} times. Who still says their order, after a training on at most 32 times?`,
    options: ["the transformer alone", "the LSTM alone", "both", "neither"],
    right: own ? (rival ? 2 : 1) : rival ? 0 : 3,
    because: `The LSTM is right in ${numberText(100 * share("lstm"), 3)} % of cases, the transformer in ${numberText(100 * share("transformer"), 2)} %; guessing gives ${numberText(100 * guess, 2)} %.`,
    shown: "Orders of three letters right",
    bars: last.map((row) => ({
      name: trackerName(row.model),
      value: row.right,
      text: `${numberText(100 * row.right, 3)} %`,
    })),
  };
}
