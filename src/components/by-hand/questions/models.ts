import type {activations} from "../../../lib/experiments/models/activations.js";
import {largest} from "../../../lib/stats/extent.js";
import {numberText} from "../../kit/text/number-text.js";
import type {RowOf} from "../../plots/figure-spec.js";
import {pooledRows, type QualityRow} from "../../plots/models/quality.js";
import type {PlanTables} from "../../report/report-data.js";
import {type BarQuestion, rangeOf} from "./question.js";

/** Perplexity that plain rounding to four bits costs. */
export function fourBitLossQuestion(rows: readonly QualityRow[]): BarQuestion {
  const own = pooledRows(rows).filter(({bitsPerWeight}) => bitsPerWeight > 4 && bitsPerWeight < 5);
  const rise = ({perplexity, difference}: QualityRow) => (100 * difference) / (perplexity - difference);
  const bars = own
    .toSorted((a, b) => rise(a) - rise(b))
    .map((row) => ({name: row.format, value: rise(row), text: `${numberText(rise(row), 3)} %`}));
  const int4 = own.find(({format}) => format === "int4");
  const loss = int4 ? rise(int4) : 0;
  return {
    question: "All weights rounded to int4: by how much does the perplexity of this small decoder rise?",
    options: ["less than 1 %", "1 to 10 %", "10 to 50 %", "it no longer predicts anything"],
    right: rangeOf(loss, [1, 10, 50]),
    because: `By ${numberText(loss, 3)} % with int4; of all formats of four to five bits ${bars[0]?.name} costs least, ${bars[0]?.text}.`,
    shown: "Rise of perplexity with weights of four to five bits, plain rounding (%)",
    bars,
  };
}

/** Directions that hold nearly all of the keys. */
export function directionsQuestion(rows: readonly RowOf<typeof activations>[]): BarQuestion {
  const keys = rows.filter(({model, site}) => model === "decoder-small" && site === "k");
  const most = largest(keys.map(({rank}) => rank ?? 0));
  const channels = keys[0]?.channels ?? 0;
  return {
    question: `Keys of a layer have ${channels} channels. How many directions hold 95 % of their squared length, before the rotary embedding?`,
    options: ["nearly all of them", "about half", "at most a third"],
    right: 2 - rangeOf(most / channels, [0.35, 0.75]),
    because: `At most ${most} of ${channels} in any layer: keys are nearly low rank, which caches that keep fewer channels use.`,
    shown: "Directions that hold 95 % of the keys of decoder-small",
    bars: keys.map(({layer, rank}) => ({
      name: `layer ${layer}`,
      value: rank ?? 0,
      text: `${rank} of ${channels}`,
    })),
  };
}

/** Kinds of tensors of a plan, and the names that tell them. */
const TENSOR_KINDS = [
  {name: "attention", pattern: /attn/},
  {name: "the networks", pattern: /mlp|ffn/},
  {name: "embedding and head", pattern: /embd|embed|head|output\.weight$/},
] as const;

/** The tensors that get the most bits in a plan. */
export function planQuestion({rows}: Pick<PlanTables, "rows">): BarQuestion {
  const bars = TENSOR_KINDS.map(({name, pattern}) => {
    const own = rows.filter(({tensor}) => pattern.test(tensor));
    const sum = (of: "bytes" | "elements") => own.reduce((total, row) => total + row[of], 0);
    const bits = (8 * sum("bytes")) / sum("elements");
    return {name, value: bits, text: `${numberText(bits, 3)} bits`};
  });
  const right = bars.reduce((best, {value}, i) => (value > bars[best].value ? i : best), 0);
  return {
    question:
      "The plan spends the same bytes where they help most. Which tensors of decoder-large get the most bits?",
    options: bars.map(({name}) => name),
    right,
    because: `In the plan ${bars[right].name} has ${bars[right].text} per number, scales included.`,
    shown: "Bits per number in the plan of decoder-large",
    bars,
  };
}
