import type {schedules} from "../../../lib/experiments/reductions/schedules.js";
import {groupedDigits, numberText} from "../../kit/text/number-text.js";
import {linesFigure} from "../figure.js";
import type {RowOf} from "../figure-spec.js";
import {seriesBy} from "../palette.js";

/** A row of the experiment. */
export type ScheduleRow = RowOf<typeof schedules>;

/** Names that fit beside the lines of a phone; points and findings say the whole. */
const NAMES: Readonly<Record<string, string>> = {
  "flash-attention-2": "FlashAttention-2",
  "flash-decoding": "FlashDecoding",
  "flash-decoding-best": "FlashDecoding, best",
  "lean-attention": "LeanAttention",
};

const nameOf = ({schedule, label}: ScheduleRow) => NAMES[schedule] ?? label;

const common = {
  experiment: "reductions/schedules",
  key: ({schedule, context}: ScheduleRow) => `${schedule} ${context}`,
  label: ({label, context}: ScheduleRow) => `${label}, ${groupedDigits(String(context))} tokens`,
  series: seriesBy(nameOf, ({schedule}: ScheduleRow) =>
    schedule === "flash-attention-2" ? "baseline" : "machine",
  ),
  x: {column: "context", label: "context", unit: "tokens", log: true},
} as const;

/** Speed against the context, over that of a worker a head. */
export const speedFigure = linesFigure<typeof schedules>({
  ...common,
  question: "How much faster is it to share out the keys of a head?",
  y: {column: "speedup", provenance: "modelled", label: "times as fast as a worker a head"},
  finding: ({rows}, {workers, heads, batch}) => speedFinding(rows, {workers, outputs: heads * batch}),
});

/** Use of the workers against the context. */
export const occupancyFigure = linesFigure<typeof schedules>({
  ...common,
  question: "How much of the workers' time is used?",
  y: {column: "occupancy", provenance: "modelled", label: "share of the workers' time that is used"},
  finding: ({rows}) => occupancyFinding(rows),
});

/** Rows of the longest context. */
export const atLongest = (rows: readonly ScheduleRow[]): ScheduleRow[] => {
  const longest = rows.reduce((most, {context}) => Math.max(most, context), 0);
  return rows.filter(({context}) => context === longest);
};

function speedFinding(
  rows: readonly ScheduleRow[],
  {workers, outputs}: {readonly workers: number; readonly outputs: number},
): string {
  const [own] = atLongest(rows).filter(({schedule}) => schedule === "lean-attention");
  const [best] = atLongest(rows).filter(({schedule}) => schedule === "flash-decoding-best");
  if (own === undefined || best === undefined) return "Modelled: no kernel was run.";
  const gain = `${numberText(own.speedup, 3)} times as fast`;
  return `At ${groupedDigits(String(own.context))} tokens, ${outputs} heads keep ${Math.min(outputs, workers)} of ${workers} workers busy; equal shares of their tiles are ${gain}, the best equal pieces ${numberText(best.speedup, 3)} times. Modelled: no kernel was run.`;
}

function occupancyFinding(rows: readonly ScheduleRow[]): string {
  const least = (schedule: string) =>
    rows
      .filter((row) => row.schedule === schedule)
      .toSorted((a, b) => a.occupancy - b.occupancy)
      .slice(0, 1);
  const texts = ["lean-attention", "flash-decoding-best"]
    .flatMap(least)
    .map(
      ({label, occupancy, context}) =>
        `${label}: ${numberText(100 * occupancy, 3)} % at ${groupedDigits(String(context))} tokens`,
    );
  return texts.length === 0 ? "Neither is among these schedules." : `Least use: ${texts.join("; ")}.`;
}
