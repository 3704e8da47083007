import type {matMulFreeExperiment} from "../../../lib/experiments/mixers/matmul-free.js";
import {numberText} from "../../kit/text/number-text.js";
import {linesFigure} from "../figure.js";
import type {RowOf} from "../figure-spec.js";
import type {Look} from "../palette.js";
import {ALL_SEEDS} from "../row-names.js";

/** A row of the experiment's main table. */
export type MatMulFreeRow = RowOf<typeof matMulFreeExperiment>;

const NAMES: Readonly<Record<string, Look & {readonly name: string}>> = {
  "matmul-free-small": {name: "MatMul-free, ternary", family: "state-space", shade: 0},
  "matmul-free-small-float": {name: "the same with plain matrices", family: "state-space", shade: 1},
  "decoder-iso-flop": {name: "transformer", family: "baseline", shade: 0},
};

/** Name of a model. */
export const modelName = (model: string): string => NAMES[model]?.name ?? model;

/** Perplexity against the bytes of the weights. */
export const ternaryFigure = linesFigure<typeof matMulFreeExperiment>({
  experiment: "mixers/matmul-free",
  question: "What do ternary weights and a small state cost?",
  drawn: (rows) => rows.filter(({seed}) => seed === ALL_SEEDS),
  key: ({model}) => model,
  label: ({model}) => modelName(model),
  series: ({model}) => NAMES[model],
  x: {column: "weightBytes", label: "weights", unit: "bytes", log: true},
  y: {column: "perplexity", label: "perplexity", log: true},
  interval: ({perplexityLow: low, perplexityHigh: high}) =>
    low === null || high === null ? undefined : [low, high],
  finding: ({rows}) => ternaryFinding(rows),
});

function ternaryFinding(rows: readonly MatMulFreeRow[]): string {
  const [ternary, plain, transformer] = Object.keys(NAMES).map((id) => rows.find(({model}) => model === id));
  if (!ternary || !plain || !transformer) return "Lines are 95 % intervals over documents.";
  const smaller = numberText(transformer.weightBytes / ternary.weightBytes, 2);
  return `Ternary weights take ${smaller} times fewer bytes than the transformer's and read with a perplexity of ${numberText(ternary.perplexity, 3)}; without rounding it is ${numberText(plain.perplexity, 3)}, the transformer's ${numberText(transformer.perplexity, 3)}. Lines are 95 % intervals over ${ternary.documents} documents.`;
}
