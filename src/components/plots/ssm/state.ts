import type {forgetting} from "../../../lib/experiments/ssm/forgetting.js";
import type {ReaderId} from "../../../lib/experiments/ssm/readers.js";
import type {stateAgainstCache} from "../../../lib/experiments/ssm/state-against-cache.js";
import {numberText} from "../../kit/number-text.js";
import type {FigureOf} from "../../kit/workbench.js";
import type {Point, Series} from "../chart-spec.js";
import {familyName} from "../palette.js";
import {ALL_SEEDS} from "../row-names.js";
import {grouped} from "../series.js";

type CostFigure = FigureOf<typeof stateAgainstCache>;
type CostRow = Parameters<CostFigure["key"]>[0];
type ForgettingFigure = FigureOf<typeof forgetting>;
type ForgettingRow = Parameters<ForgettingFigure["key"]>[0];

const nameOf = (model: string) => familyName(model as ReaderId);
const costKey = ({model, context}: CostRow) => `${model} at ${context}`;

/** One line a model, in its own colour. */
function lines<T extends {readonly model: string}>(
  rows: readonly T[],
  provenance: Series["provenance"],
  point: (row: T) => Point,
): Series[] {
  return Array.from(
    grouped(rows, ({model}) => model),
    ([model, own]) => ({
      name: nameOf(model),
      family: model as ReaderId,
      provenance,
      join: "line",
      points: own.map(point),
    }),
  );
}

/** Bytes that a text takes while it is read. */
export const memoryFigure: CostFigure = {
  key: costKey,
  draw: (rows) => ({
    question: "What does a text take in memory?",
    finding: memoryFinding(rows),
    x: {label: "context", unit: "tokens", log: true},
    y: {label: "memory of the text", unit: "bytes", log: true},
    series: lines(rows, "measured", (row) => ({
      key: costKey(row),
      label: `${nameOf(row.model)}, ${row.context} tokens`,
      x: row.context,
      y: row.memoryBytes,
    })),
  }),
};

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

/** Time of one more token where it was measured, operations where it was not. */
export const tokenFigure: CostFigure = {
  key: costKey,
  draw(rows) {
    const timed = rows.filter(({time}) => time !== null);
    const isTimed = timed.length > 0;
    const series = isTimed
      ? lines(timed, "measured", (row) => ({
          ...pointOf(row),
          y: row.time!,
          interval: [row.timeLow!, row.timeHigh!] as const,
        }))
      : lines(rows, "modelled", (row) => ({...pointOf(row), y: row.operations}));
    return {
      question: "What does one more token cost?",
      finding: isTimed ? timeFinding(timed) : operationsFinding(rows),
      x: {label: "context", unit: "tokens", log: true},
      y: isTimed ? {label: "time", unit: "ms", log: true} : {label: "operations", log: true},
      series,
    };
  },
};

function pointOf(row: CostRow) {
  return {
    key: costKey(row),
    label: `${nameOf(row.model)}, ${row.context} tokens`,
    x: row.context,
  };
}

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

/** How many facts are found again after more text, which has nothing worth keeping. */
export const afterTextFigure = forgettingFigure("text", "Who still knows a fact after more text?");

/** How many facts are found again after other facts, which compete for the same memory. */
export const afterFactsFigure = forgettingFigure("facts", "Who still knows a fact among others?");

function forgettingFigure(between: "text" | "facts", question: string): ForgettingFigure {
  const key = (row: ForgettingRow) => `${row.model} at ${row.distance} of ${row.between}`;
  return {
    key,
    draw(rows) {
      const pooled = rows.filter((row) => row.seed === ALL_SEEDS && row.between === between);
      return {
        question,
        finding: forgettingFinding(pooled, between),
        x: {label: "between the fact and its query", unit: "tokens"},
        y: {label: "share of facts found again"},
        series: lines(pooled, "measured", (row) => ({
          key: key(row),
          label: `${nameOf(row.model)}, ${row.distance} tokens`,
          x: row.distance,
          y: row.right,
          interval: [row.rightLow, row.rightHigh] as const,
        })),
      };
    },
  };
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
      if (until === undefined) return `${nameOf(model)} not even at once`;
      if (until === 0) return `${nameOf(model)} at once and not later`;
      if (until === own.at(-1)!.distance) return `${nameOf(model)} to the end`;
      return `${nameOf(model)} for ${until} tokens${between === "facts" ? `, that is ${until / 5} facts` : ""}`;
    },
  );
  return `At least nine in ten facts are found again by ${held.join("; ")}. Lines are 95 % intervals over ${rows[0]?.documents ?? 0} documents.`;
}
