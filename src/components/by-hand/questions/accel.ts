import type {compose} from "../../../lib/experiments/accel/compose.js";
import type {hsa} from "../../../lib/experiments/accel/hsa.js";
import type {kinetics} from "../../../lib/experiments/accel/kinetics.js";
import type {logicBlocks} from "../../../lib/experiments/accel/logic-blocks.js";
import type {roofline} from "../../../lib/experiments/accel/roofline.js";
import type {sparseSlices} from "../../../lib/experiments/accel/sparse-slices.js";
import {numberText, quantityText} from "../../kit/text/number-text.js";
import type {RowOf} from "../../plots/figure-spec.js";
import {type BarQuestion, rangeOf} from "./question.js";

const percent = (value: number) => `${numberText(value, 3)} %`;

/** Where the time of one token goes. */
export function decodeQuestion(rows: readonly RowOf<typeof roofline>[]): BarQuestion {
  const own = rows.toSorted((a, b) => b.share - a.share);
  const attention = own.find(({operator}) => operator === "attention")?.share ?? 0;
  return {
    question:
      "int4 weights, a batch of 16 sequences, 8192 tokens each: how much of a decode step is attention, which reads the KV cache?",
    options: ["less than a quarter", "a quarter to a half", "more than a half"],
    right: rangeOf(attention, [25, 50]),
    because: `${percent(attention)}: sequences of a batch share the weights, but each reads its own keys and values.`,
    shown: "Share of the time of a decode step (%)",
    bars: own.slice(0, 6).map(({operator, share}) => ({name: operator, value: share, text: percent(share)})),
  };
}

/** What more elements do for decoding. */
export function decodeArrayQuestion(rows: readonly RowOf<typeof hsa>[]): BarQuestion {
  const own = rows.filter(({kind, what}) => kind === "decode" && what === "hybrid");
  const at = (side: number) => own.find((row) => row.side === side)?.tokensPerSecond ?? 0;
  const [from, to] = [12, 64];
  const factor = at(to) / at(from);
  return {
    question: `The hybrid array grows from ${from} x ${from} to ${to} x ${to} elements, with the same memory. How much faster does it decode?`,
    options: ["not at all", "twice", `${numberText((to / from) ** 2, 2)} times, as the number of elements`],
    right: rangeOf(factor, [1.3, 10]),
    because: `${factor < 1.05 ? "Not at all" : `${numberText(factor, 3)} times`}: the memory feeds ${numberText(own[0]?.balanced ?? 0, 3)} elements with new weights, and all others wait.`,
    shown: "Tokens decoded per second, by the side of the array",
    bars: own.map(({side, tokensPerSecond}) => ({
      name: `${side} x ${side}`,
      value: tokensPerSecond ?? 0,
      text: `${numberText(tokensPerSecond ?? 0, 3)} per s`,
    })),
  };
}

/** Speed-up of one kept weight in four. */
export function sparseQuestion(rows: readonly RowOf<typeof sparseSlices>[]): BarQuestion {
  const own = rows.filter(({kind, speedup}) => kind === "uniform" && speedup !== null);
  const factor = own.find(({pattern}) => pattern === "1:4")?.speedup ?? 0;
  return {
    question:
      "One of every four weights of a vision transformer is kept. How much faster does it run on these slices?",
    options: ["less than twice", "two to three times", "three to four times", "four times"],
    right: rangeOf(factor, [2, 3, 3.98]),
    because: `${numberText(factor, 3)} times: patch embedding, attention and head are not pruned, and the array must fill.`,
    shown: "Speed-up over dense slices",
    bars: own.map(({pattern, speedup}) => ({
      name: pattern,
      value: speedup ?? 0,
      text: `${numberText(speedup ?? 0, 3)} times`,
    })),
  };
}

/** Memory's share of the cost of a long answer. */
export function thinkingQuestion(rows: readonly RowOf<typeof kinetics>[]): BarQuestion {
  const own = rows.filter(({attention, trials}) => attention === "dense" && trials === 1);
  const longest = own.reduce((a, b) => (b.generated > a.generated ? b : a));
  return {
    question: `Llama 3.1 8B writes ${longest.generated} tokens with dense attention. How much of the cost is reading the cache?`,
    options: ["less than half", "half to nine tenths", "more than nine tenths"],
    right: rangeOf(longest.memoryShare, [50, 90]),
    because: `${percent(longest.memoryShare)}: each token reads the keys and values of all tokens before it.`,
    shown: "Share of the cache in the cost, by generation length (%)",
    bars: own.map(({generated, memoryShare}) => ({
      name: `${generated} tokens`,
      value: memoryShare,
      text: percent(memoryShare),
    })),
  };
}

/** What four-bit weights do for reading a prompt. */
export function promptQuestion(rows: readonly RowOf<typeof compose>[]): BarQuestion {
  const own = rows;
  const seconds = (step: string) =>
    own.filter((row) => row.step === step).reduce((sum, row) => sum + (row.seconds ?? 0), 0);
  const bound = (step: string) => {
    const memory = own.filter((row) => row.step === step && row.waits === "memory");
    return memory.reduce((sum, row) => sum + (row.seconds ?? 0), 0) / seconds(step);
  };
  const prefill = bound("prefill");
  return {
    question:
      "This model has 4-bit weights and 16-bit activations. What is reading a prompt of this length bound by?",
    options: ["compute", "memory"],
    right: rangeOf(prefill, [0.5]),
    because: `Memory is the limit for ${percent(100 * prefill)} of the time to first token and for ${percent(100 * bound("decode"))} of a decode step: fewer bits of weights make decoding faster, not reading.`,
    shown: "Time of a prompt and of one token",
    bars: (["prefill", "decode"] as const).map((step) => ({
      name: step === "prefill" ? "TTFT" : "TPOT",
      value: seconds(step),
      text: quantityText(seconds(step), "s"),
    })),
  };
}

/** Area that a circuit full of adders saves. */
export function logicBlockQuestion(rows: readonly RowOf<typeof logicBlocks>[]): BarQuestion {
  const sets = rows.filter(({kind}) => kind === "set");
  const saved = (set: string) => 100 * (1 - (sets.find((row) => row.set === set)?.areaRatio ?? 1));
  const kratos = saved("Kratos-like");
  return {
    question:
      "Adders no longer block the tables beside them, and the tile grows by a few percent. How much area do layers with constant weights save, if their sums may be split over adders and tables?",
    options: ["nothing: they have no tables", "a tenth", "a third or more"],
    right: rangeOf(kratos, [2, 25]),
    because: `${percent(kratos)} in our model: a compressor in tables does part of each sum, and stands beside the chains that do the rest.`,
    shown: "Area saved (%), means of generated circuits, modelled",
    bars: sets.map(({set}) => ({name: set, value: saved(set), text: percent(saved(set))})),
  };
}
