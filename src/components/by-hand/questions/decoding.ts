import {numberText} from "../../kit/text/number-text.js";
import type {GrammarMaskRow} from "../../plots/decoding/grammar-masks.js";
import type {OffloadRow} from "../../plots/decoding/offload.js";
import type {SkippingRow} from "../../plots/decoding/skipping.js";
import type {SplitRow} from "../../plots/decoding/split-reason.js";
import {copyName, type SubstituteRow} from "../../plots/decoding/substitute.js";
import {type BarQuestion, rangeOf} from "./question.js";

/** Tokens that a draft in four bits lets the model write in a pass. */
export function fourBitDraftQuestion(rows: readonly SubstituteRow[]): BarQuestion {
  const own = rows
    .filter(({sharesCache}) => sharesCache)
    .toSorted((a, b) => a.bitsPerWeight - b.bitsPerWeight);
  const int4 = own.find((row) => copyName(row) === "int4");
  const tokens = int4?.tokensPerPass ?? 0;
  return {
    question:
      "The draft is the model itself, its layers rounded to int4, and drafts a dozen tokens. How many tokens does one pass of the real model then confirm on average?",
    options: ["one or two", "three to seven", "eight or more"],
    right: rangeOf(tokens, [2.5, 7.5]),
    because: `${numberText(tokens, 3)}; with a draft in ${own.at(-1)?.format}, the finest here, it is ${numberText(own.at(-1)?.tokensPerPass ?? 0, 3)}.`,
    shown: "Tokens for each pass of the model, by the format of the draft",
    bars: own.map((row) => ({
      name: copyName(row),
      value: row.tokensPerPass,
      text: numberText(row.tokensPerPass, 3),
    })),
  };
}

/** Length of the drafts at which time for each token is least. */
export function acceptedDraftQuestion(rows: readonly OffloadRow[]): BarQuestion {
  const drafted = rows.filter(({depth}) => depth > 0);
  const best = drafted.reduce((a, b) => (b.speedup > a.speedup ? b : a));
  return {
    question:
      "A draft that is right for 97 or 98 of 100 tokens costs little beside a pass over the link. How many tokens ahead should it run?",
    options: ["up to ten", "ten to thirty", "thirty to seventy", "more"],
    right: rangeOf(best.depth, [10, 30, 70]),
    because: `${best.depth}: the pass over the link costs the same for any length, until the drafts themselves take as long.`,
    shown: "Times as fast as without drafts, by the tokens drafted ahead",
    bars: drafted.map(({depth, speedup}) => ({
      name: String(depth),
      value: speedup,
      text: `${numberText(speedup, 3)} times`,
    })),
  };
}

/** Rule that loses least with about half of the layers. */
export function skippedQuestion(rows: readonly SkippingRow[]): BarQuestion {
  const most = rows.reduce((speedup, row) => Math.max(speedup, row.speedup), 0);
  const own = rows.filter(({speedup}) => speedup === most).toSorted((a, b) => a.perplexity - b.perplexity);
  const ordered = rows.filter(({speedup}) => speedup === most);
  const times = ({perplexity, difference}: SkippingRow) => perplexity / (perplexity - difference);
  return {
    question:
      "A finished model runs with about half of its layers, without further training. Which rule harms it least?",
    options: ordered.map(({label}) => label),
    right: ordered.indexOf(own[0]),
    because: `${own[0].label}, with ${numberText(times(own[0]), 3)} times the perplexity of the whole model.`,
    shown: "Perplexity over that of the whole model, with about half of the layers",
    bars: own.map((row) => ({
      name: row.label,
      value: times(row),
      text: `${numberText(times(row), 3)} times`,
    })),
  };
}

/** Order of magnitude of the tokens that are checked at a place of JSON. */
export function checkedQuestion(rows: readonly GrammarMaskRow[]): BarQuestion {
  const most = rows.reduce((size, {tokens}) => Math.max(size, tokens), 0);
  const own = rows.filter(({tokens}) => tokens === most);
  const checked = own.at(-1)?.checked ?? 0;
  return {
    question: `A vocabulary has ${most} tokens, and only JSON may be written. Masks of all nodes of the grammar are known beforehand. How many tokens must still be checked before each token?`,
    options: ["fewer than a hundred", "some hundreds", "thousands"],
    right: rangeOf(checked, [100, 1000]),
    because: `${numberText(checked, 3)} on average: only tokens that leave the rule that is being written depend on what called it.`,
    shown: "Tokens checked before each token",
    bars: own.map(({method, checked: value}) => ({name: method, value, text: numberText(value, 4)})),
  };
}

/** Part of the distance between the two models alone that the learned tags make up. */
export function handedOverQuestion(rows: readonly SplitRow[]): BarQuestion {
  const of = (policy: string) => rows.filter((row) => row.policy === policy);
  const [[small], [large]] = [of("small"), of("large")];
  const learned = of("learned").find(({share}) => share === 1)!;
  const made = (learned.solved - small.solved) / (large.solved - small.solved);
  const shown = [small, learned, large];
  return {
    question: `Alone the small model solves ${numberText(100 * small.solved, 2)} of 100 problems, the large one ${numberText(100 * large.solved, 2)}. The large one now writes only what the small one hands over, ${numberText(100 * learned.largeShare, 2)} % of the work. How much of the distance does that make up?`,
    options: ["less than a quarter", "a quarter to a half", "a half to three quarters", "more"],
    right: rangeOf(made, [0.25, 0.5, 0.75]),
    because: `${numberText(100 * made, 2)} %: ${numberText(100 * learned.solved, 3)} of 100 problems are solved.`,
    shown: "Problems solved",
    bars: shown.map(({label, solved}) => ({
      name: label,
      value: solved,
      text: `${numberText(100 * solved, 3)} %`,
    })),
  };
}
