/** One setting of a sweep that was run, and its form as a line of text. */
import {availableParallelism, cpus} from "node:os";
import type {TableRows} from "../../lib/experiment/columns.js";

/** Machine class and date of a run, without the name of the machine. */
export interface Circumstances {
  /** Number of cores and model of the processor. */
  readonly machine: string;
  /** Version of Node. */
  readonly node: string;
  /** Day, as 2026-01-31. */
  readonly date: string;
}

/** The rows of one setting and how they came to be. */
export interface SettingRun {
  readonly key: string;
  /** Rows of all tables. */
  readonly tables: TableRows;
  readonly seconds: number;
  readonly on: Circumstances;
}

/** This machine and this day. */
export function circumstances(now = new Date()): Circumstances {
  const cores = availableParallelism();
  const model = cpus()[0]?.model.trim() || process.arch;
  return {
    machine: `${cores} core${cores === 1 ? "" : "s"}, ${model}`,
    node: process.versions.node,
    date: now.toISOString().slice(0, 10),
  };
}

/** A run as one line of JSON that keeps every number to the bit, infinities and the sign of zero too. */
export function runToLine(run: SettingRun): string {
  return JSON.stringify(run, (_, value) => (isPlain(value) ? value : {number: numberName(value)}));
}

const isPlain = (value: unknown) =>
  typeof value !== "number" || (Number.isFinite(value) && !Object.is(value, -0));

const numberName = (value: number) => (Object.is(value, -0) ? "-0" : String(value));

/** @throws SyntaxError if the line is none of `runToLine`, for example because its writer was killed. */
export function runFromLine(line: string): SettingRun {
  return JSON.parse(line, (_, value) =>
    typeof value?.number === "string" && Object.keys(value).length === 1 ? Number(value.number) : value,
  );
}
