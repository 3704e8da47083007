import {numberText} from "../../kit/text/number-text.js";
import {type TrackingRow, trackerName} from "../../plots/mixers/state-tracking.js";
import type {TripleRow} from "../../plots/mixers/triples.js";
import {ALL_SEEDS} from "../../plots/row-names.js";
import {type BarQuestion, rangeOf} from "./question.js";

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

/** The share of numbers that trained heads of both kinds decide rightly, at their widest. */
export function triplesQuestion(rows: readonly TripleRow[]): BarQuestion {
  const pooled = rows.filter(({seed}) => seed === ALL_SEEDS);
  const widest = (head: string) =>
    pooled
      .filter((row) => row.head === head)
      .reduce((best, row) => ((row.width ?? 0) > (best?.width ?? -1) ? row : best), pooled[0]);
  const heads = ["softmax, trained", "tensor, trained", "tensor, written down", "the more frequent answer"];
  const [softmax, tensor, written] = heads.map((head) => widest(head).right);
  return {
    question:
      "A head is trained to tell whether two other numbers complete its own to a multiple of eleven. Softmax attention sees tokens one by one. How often is it right?",
    options: ["no more often than by guessing", "in most cases", "always"],
    right: rangeOf(softmax, [0.7, 0.999]),
    because: `It is right in ${numberText(100 * softmax, 3)} %: lists are short, and a network may guess from what is there. A head that sees pairs gets ${numberText(100 * tensor, 3)} % from the same training, and ${numberText(100 * written, 3)} % with weights that are written down.`,
    shown: "Share of numbers decided rightly",
    bars: heads.map((head) => ({
      name: head,
      value: widest(head).right,
      text: `${numberText(100 * widest(head).right, 3)} %`,
    })),
  };
}
