import type {forgetting} from "../../../lib/experiments/ssm/forgetting.js";
import type {ReaderId} from "../../../lib/experiments/ssm/readers.js";
import type {stateAgainstCache} from "../../../lib/experiments/ssm/state-against-cache.js";
import {numberText} from "../../kit/text/number-text.js";
import {linesFigure} from "../figure.js";
import type {Measure, RowOf} from "../figure-spec.js";
import type {Look} from "../palette.js";
import {ALL_SEEDS} from "../row-names.js";
import {grouped} from "../series.js";

type CostRow = RowOf<typeof stateAgainstCache>;
type ForgettingRow = RowOf<typeof forgetting>;

/** Decoders are the baseline: a state-space model is what a page asks about. */
const READERS: Readonly<Record<ReaderId, Look & {readonly name: string}>> = {
  "decoder-small": {name: "small decoder", family: "baseline", shade: 0},
  "decoder-large": {name: "large decoder", family: "baseline", shade: 1},
  "mamba1-small": {name: "Mamba", family: "state-space", shade: 0},
  "mamba2-small": {name: "Mamba2", family: "state-space", shade: 1},
};

const readerOf = ({model}: {readonly model: string}) => READERS[model as ReaderId];
const nameOf = (model: string) => readerOf({model}).name;

const ofCosts = {
  key: ({model, context}: CostRow) => `${model} at ${context}`,
  label: ({model, context}: CostRow) => `${nameOf(model)}, ${context} tokens`,
  series: readerOf,
  x: {column: "context", label: "context", unit: "tokens", log: true},
} as const;

/** Bytes that a text takes while it is read. */
export const memoryFigure = linesFigure<typeof stateAgainstCache>({
  experiment: "ssm/state-against-cache",
  ...ofCosts,
  question: "How much memory does a text need?",
  y: {column: "memoryBytes", label: "memory of the text", unit: "bytes", log: true},
  finding: ({rows}) => memoryFinding(rows),
});

function memoryFinding(rows: readonly CostRow[]): string {
  const states = ["mamba1-small", "mamba2-small"].flatMap((model) => {
    const row = rows.find((row) => row.model === model);
    return row ? [`${nameOf(model)}'s state as much as ${numberText(row.memoryAgainst, 3)}`] : [];
  });
  const cache = rows.find(({model}) => model === "decoder-small");
  const each = cache
    ? `The small decoder's cache takes ${numberText(cache.memoryBytes / cache.context)} bytes a token`
    : "Bytes are counted from what is packed";
  return states.length > 0
    ? `${each}; ${states.join(", ")} of its tokens, however long the text.`
    : `${each}.`;
}

const isTimed = (rows: readonly CostRow[]) => rows.some(({time}) => time !== null);

const TIME: Measure<CostRow> = {column: "time", label: "time", unit: "ms", log: true};
const OPERATIONS: Measure<CostRow> = {
  column: "operations",
  label: "operations",
  log: true,
  provenance: "modelled",
};

/** Time of one more token where it was measured, operations where it was not. */
export const tokenFigure = linesFigure<typeof stateAgainstCache>({
  experiment: "ssm/state-against-cache",
  ...ofCosts,
  question: "What does one more token cost?",
  y: (rows) => (isTimed(rows) ? TIME : OPERATIONS),
  interval: ({timeLow, timeHigh}) =>
    timeLow === null || timeHigh === null ? undefined : [timeLow, timeHigh],
  finding: ({rows}) =>
    isTimed(rows) ? timeFinding(rows.filter(({time}) => time !== null)) : operationsFinding(rows),
});

function operationsFinding(rows: readonly CostRow[]): string {
  const growth = Array.from(
    grouped(rows, ({model}) => model),
    ([model, own]) => `${nameOf(model)} ${numberText(own.at(-1)!.operations / own[0].operations, 3)}`,
  );
  const [first, last] = [rows[0].context, rows.at(-1)!.context];
  return `From ${first} to ${last} tokens, operations for one more grow by these factors: ${growth.join(", ")}. Switch on “Measure time” for your machine.`;
}

function timeFinding(rows: readonly CostRow[]): string {
  const growth = Array.from(
    grouped(rows, ({model}) => model),
    ([model, own]) =>
      `${nameOf(model)} ${numberText(own[0].time!, 2)} to ${numberText(own.at(-1)!.time!, 2)} ms`,
  );
  const [first, last] = [rows[0].context, rows.at(-1)!.context];
  return `On this machine, from ${first} to ${last} tokens: ${growth.join(", ")}. Marks are medians, lines the middle half of the times taken.`;
}

/** Number of facts found again after more text, which has nothing worth keeping. */
export const afterTextFigure = forgettingFigure("text", "After how much text is a fact still found?");

/** Number of facts found again after other facts, which compete for the same memory. */
export const afterFactsFigure = forgettingFigure(
  "facts",
  "After how many other facts is a fact still found?",
);

function forgettingFigure(between: "text" | "facts", question: string) {
  return linesFigure<typeof forgetting>({
    experiment: "ssm/forgetting",
    question,
    drawn: (rows) => rows.filter((row) => row.seed === ALL_SEEDS && row.between === between),
    key: (row) => `${row.model} at ${row.distance} of ${row.between}`,
    label: ({model, distance}) => `${nameOf(model)}, ${distance} tokens`,
    series: readerOf,
    x: {column: "distance", label: "between the fact and its query", unit: "tokens"},
    y: {column: "right", label: "share of facts found again"},
    interval: ({rightLow, rightHigh}) => [rightLow, rightHigh],
    finding: ({rows}) => forgettingFinding(rows, between),
  });
}

/** The distance up to which every share is at least nine tenths; undefined if none is. */
function heldUntil(rows: readonly ForgettingRow[]): number | undefined {
  const lost = rows.findIndex(({right}) => right < 0.9);
  return lost < 0 ? rows.at(-1)?.distance : rows[lost - 1]?.distance;
}

function forgettingFinding(rows: readonly ForgettingRow[], between: "text" | "facts"): string {
  const held = Array.from(
    grouped(rows, ({model}) => model),
    ([model, own]) => {
      const until = heldUntil(own);
      const name = nameOf(model).replace(/^(?=[a-z])/, "the ");
      if (until === undefined) return `${name} not even directly after it`;
      if (until === 0) return `${name} directly after it only`;
      if (until === own.at(-1)!.distance) return `${name} to the end`;
      return `${name} for ${until} tokens${between === "facts" ? ` (${until / 5} facts)` : ""}`;
    },
  );
  return `At least nine in ten facts are found again by ${held.join(", by ")}. Lines are 95 % intervals over ${rows[0]?.documents ?? 0} documents.`;
}
