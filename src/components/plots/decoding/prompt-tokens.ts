import type {promptTokensExperiment} from "../../../lib/experiments/decoding/prompt-tokens.js";
import {numberText} from "../../kit/text/number-text.js";
import {linesFigure} from "../figure.js";
import type {RowOf} from "../figure-spec.js";
import {seriesBy} from "../palette.js";

export type PromptTokensRow = RowOf<typeof promptTokensExperiment>;

const series = seriesBy<PromptTokensRow>(
  ({what}) => what,
  () => "decoding",
);

/** Tokens of a pass by its size, as the trees predict them and as texts give them. */
export const promptSizesFigure = linesFigure<typeof promptTokensExperiment>({
  experiment: "decoding/prompt-tokens",
  question: "How many tokens does a larger pass give?",
  key: ({inputs, what}) => `${what} ${inputs}`,
  label: ({inputs, what}) => `${what}, ${inputs} inputs`,
  series,
  x: {column: "inputs", label: "inputs of a pass at most", log: true},
  y: {column: "tokensPerPass", label: "tokens for each pass of the model"},
  interval: ({tokensPerPassLow: low, tokensPerPassHigh: high}) =>
    low === null || high === null ? undefined : [low, high],
  finding: ({rows}) => promptSizesFinding(rows),
});

/** Speed on a machine by the size of a pass. */
export const promptSpeedFigure = linesFigure<typeof promptTokensExperiment>({
  experiment: "decoding/prompt-tokens",
  question: "Which size of a pass is fastest on this machine?",
  drawn: (rows) => rows.filter(({what}) => what === "measured"),
  key: ({inputs, what}) => `${what} ${inputs}`,
  label: ({inputs}) => `${inputs} inputs`,
  series: () => ({name: "from measured tokens of a pass", family: "decoding", shade: 0}),
  x: {column: "inputs", label: "inputs of a pass at most", log: true},
  y: {column: "speedup", label: "times as fast as plain decoding", provenance: "modelled"},
  finding: ({rows}, {machine}) => promptSpeedFinding(rows, machine),
});

/** Largest distance between what is predicted and what is measured. */
export function promptSizesFinding(rows: readonly PromptTokensRow[]): string {
  const of = (what: string) => rows.filter((row) => row.what === what);
  const pairs = of("measured").flatMap((row) => {
    const predicted = of("predicted").find(({inputs}) => inputs === row.inputs);
    return predicted === undefined ? [] : [{...row, off: row.tokensPerPass / predicted.tokensPerPass - 1}];
  });
  const last = pairs.at(-1);
  if (last === undefined) return "There is no size to compare.";
  const far = pairs.reduce((most, {off}) => Math.max(most, Math.abs(off)), 0);
  return `A pass of ${last.inputs} inputs gives ${numberText(last.tokensPerPass, 3)} tokens. What the trees predict from the shares of right guesses is off by ${numberText(100 * far, 2)}\u00a0% at most.`;
}

/** The fastest size. */
export function promptSpeedFinding(rows: readonly PromptTokensRow[], machine: string): string {
  const own = rows.filter(({what}) => what === "measured");
  const best = own.toSorted((a, b) => b.speedup - a.speedup)[0];
  if (best === undefined) return "There is no size to compare.";
  return `On ${machine} a model of 6.74 billion weights with our tokens of a pass would be ${numberText(best.speedup, 3)} times as fast with at most ${best.inputs} inputs, the best of these sizes.`;
}
