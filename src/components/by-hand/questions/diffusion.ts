import {numberText} from "../../kit/text/number-text.js";
import {type PassRow, pooledWays} from "../../plots/diffusion/passes.js";
import {type BarQuestion, rangeOf} from "./question.js";

const wayOf = (rows: readonly PassRow[]) => {
  const all = pooledWays(rows);
  return (way: string): PassRow | undefined => all.find((row) => row.way === way);
};

/** Loss of two words a pass, in any order and in blocks. */
export function orderQuestion(rows: readonly PassRow[]): BarQuestion {
  const of = wayOf(rows);
  const ways = ["low_confidence-2", "topk_margin-2", "entropy-2", "random-2"].flatMap((way) => of(way) ?? []);
  const best = ways.reduce((a, b) => (b.loss < a.loss ? b : a));
  return {
    question: "Two words a pass: in which order does the text come out best?",
    options: ways.map(({label}) => label),
    right: ways.indexOf(best),
    because: `${best.label}: ${numberText(best.loss, 3)} nats a token under the decoder.`,
    shown: "Loss of the text under the decoder, two words a pass (nats/token)",
    bars: ways.map(({label, loss}) => ({name: label, value: loss, text: numberText(loss, 3)})),
  };
}

/** Tokens that reuse changes. */
export function reuseQuestion(rows: readonly PassRow[]): BarQuestion {
  const of = wayOf(rows);
  const ways = ["prompt-only-1", "freecache-1", "freecache-released-1"].flatMap((way) => of(way) ?? []);
  const kept = ways.find(({way}) => way === "freecache-1") ?? ways[0];
  const same = ({same}: PassRow) => 100 * (same ?? 0);
  return {
    question:
      "The prompt and finished blocks are never computed again. How many of the written words stay the same?",
    options: ["fewer than half", "half to nine tenths", "more than nine tenths"],
    right: rangeOf(same(kept), [50, 90]),
    because: `${numberText(same(kept), 3)} % where finished blocks are fed once more.`,
    shown: "Words that are written as without reuse, a word a pass (%)",
    bars: ways.map((row) => ({name: row.label, value: same(row), text: `${numberText(same(row), 3)} %`})),
  };
}

/** Passes that a guide saves. */
export function guideQuestion(rows: readonly PassRow[]): BarQuestion {
  const of = wayOf(rows);
  const ways = [
    "low_confidence-1",
    "guided-deterministic-none",
    "guided-topk-none",
    "guided-aggressive-none",
  ].flatMap((way) => of(way) ?? []);
  const guided = ways.find(({way}) => way === "guided-deterministic-none") ?? ways[0];
  const tokens = guided.tokens;
  return {
    question: `${tokens} words, as many from the left in each pass as the guide would have chosen too. How many passes does it take?`,
    options: [
      `more than ${(3 * tokens) / 4}`,
      `${tokens / 4} to ${(3 * tokens) / 4}`,
      `fewer than ${tokens / 4}`,
    ],
    right: 2 - rangeOf(guided.passes, [tokens / 4, (3 * tokens) / 4]),
    because: `${numberText(guided.passes, 3)} on average: what neither model can know before it is written, such as the next key, ends an agreement.`,
    shown: `Passes for ${tokens} words`,
    bars: ways.map(({label, passes}) => ({
      name: label,
      value: passes,
      text: numberText(passes, 3),
    })),
  };
}
