import type {accllm} from "../../../lib/experiments/accel/accllm.js";
import {numberText} from "../../kit/text/number-text.js";
import {marksFigure} from "../figure.js";
import type {RowOf} from "../figure-spec.js";

type AccLlmRow = RowOf<typeof accllm>;

const on = ({sparse, twoBit, kv4, lambda}: AccLlmRow) =>
  [sparse, twoBit, kv4, lambda].filter((measure) => measure).length;

/** Perplexity of every combination for the rate that a large model would have. */
export const savingsFigure = marksFigure<typeof accllm>({
  experiment: "accel/accllm",
  question: "What does each combination of savings cost, and how fast would it be?",
  key: ({measures}) => measures,
  series: (row) =>
    on(row) === 0 ? {name: "none", family: "baseline"} : {name: "combinations", family: "machine"},
  x: {
    column: "tokensPerSecond",
    provenance: "modelled",
    label: "tokens a second, Llama 2 7B on a U280, modelled",
    log: true,
  },
  y: {column: "perplexity", label: "perplexity of our small decoder, measured", log: true},
  interval: ({perplexityLow, perplexityHigh}) =>
    perplexityLow === null || perplexityHigh === null ? undefined : [perplexityLow, perplexityHigh],
  front: () => true,
  labelled: ({rows}) => rows.filter((row) => on(row) < 2 || on(row) === 4).map(({measures}) => measures),
  finding(_drawn, _params, all) {
    const at = (measures: string) => all.find((row) => row.measures === measures);
    const [none, sparse, twoBit, both] = ["none", "2:4", "W2", "2:4 + W2"].map(at);
    if (!none || !sparse || !twoBit || !both) return "Not all combinations were run.";
    const bits = (row: AccLlmRow) => `${numberText(row.bitsPerWeight, 3)} bits`;
    const perplexity = (row: AccLlmRow) => numberText(row.perplexity, 3);
    return `Two bits take ${bits(twoBit)} for each weight, and pruning two of every four weights besides takes ${bits(both)}: positions cost what dropped values save. Perplexity goes from ${perplexity(none)} to ${perplexity(sparse)} by pruning, to ${perplexity(twoBit)} by two bits, and to ${perplexity(both)} by both, without any training afterwards.`;
  },
});
