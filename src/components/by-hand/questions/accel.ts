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

/** Squares that remain of one kept weight in four. */
export function sparseQuestion(rows: readonly RowOf<typeof sparseSlices>[]): BarQuestion {
  const own = rows.filter(({kind, energyKept}) => kind === "uniform" && energyKept !== null);
  const last = own.find(({pattern}) => pattern === "1:4");
  const kept = last?.energyKept ?? 0;
  return {
    question:
      "The largest of every four normally distributed weights is kept. How much of the sum of squares does it hold?",
    options: ["about a quarter", "less than a half", "more than a half"],
    right: rangeOf(kept, [30, 50]),
    because: `${percent(kept)}, in ${numberText(last?.bitsPerWeight ?? 0, 2)} bits a weight with its position: small weights are many and hold little.`,
    shown: "Share of the sum of squares that is kept (%)",
    bars: own.map(({pattern, energyKept}) => ({
      name: pattern,
      value: energyKept ?? 0,
      text: percent(energyKept ?? 0),
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

/** What takes more of the saving back: fewer inputs than modules need, or a larger tile. */
export function logicBlockQuestion(rows: readonly RowOf<typeof logicBlocks>[]): BarQuestion {
  const set = rows.find((row) => row.kind === "set" && row.set === "Kratos-like");
  const [ideal, limited, area] = [set?.idealRatio, set?.limitedRatio, set?.areaRatio].map(
    (ratio) => 100 * (ratio ?? 1),
  );
  const [inputs, tile] = [limited - ideal, area - limited];
  return {
    question: `Without limits, tables and adders that work at once would save ${percent(100 - ideal)} of the area of the Kratos-like circuits. A block takes in a limited number of nets, and its tile is larger. Which of the two takes more back?`,
    options: ["the limit of inputs", "the larger tile"],
    right: tile > inputs ? 1 : 0,
    because: `The tile takes ${percent(tile)} of the area, the limit ${percent(inputs)}: modules of one sum read the same inputs, and a net counts once for the whole block.`,
    shown: "Area that is taken back (%), modelled",
    bars: [
      {name: "limit of inputs", value: inputs, text: percent(inputs)},
      {name: "larger tile", value: tile, text: percent(tile)},
    ],
  };
}
