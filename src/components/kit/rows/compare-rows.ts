import {allTables, type Columns, type Row, type TableRows} from "../../../lib/experiment/columns.js";
import type {Described} from "../../../lib/experiment/described.js";
import {largest} from "../../../lib/stats/extent.js";
import {numberText} from "../text/number-text.js";

/** A run beside the rows that came with the page. */
export interface Comparison {
  readonly rows: number;
  /** Rows that differ in a column, or that only one side has. */
  readonly differing: number;
  /** Labels of the columns in which they differ. */
  readonly columns: readonly string[];
  /** The largest difference of two numbers, relative to the shipped one. */
  readonly largest: number;
  /** Labels of the columns of measured times, which no two runs have in common. */
  readonly times: readonly string[];
}

/** Engines differ in the last bit of exp, log and sin: numbers are the same within this share of their value. */
const SAME = 1e-12;
const TIME_UNITS = new Set(["s", "ms", "µs", "us", "ns", "tokens/s"]);

/** Compares the tables that a run gave with those that were shipped, row by row in their order. */
export function compareRows(
  experiment: Pick<Described, "columns" | "tables">,
  shipped: Partial<TableRows>,
  live: TableRows,
): Comparison {
  const parts = Object.entries(allTables(experiment)).flatMap(([name, columns]) => {
    const [before, now] = [shipped, live].map((tables) => (tables as Partial<Record<string, Row[]>>)[name]);
    return before && now ? [compareTable(columns, before, now)] : [];
  });
  return {
    rows: sum(parts.map(({rows}) => rows)),
    differing: sum(parts.map(({differing}) => differing)),
    columns: [...new Set(parts.flatMap(({columns}) => columns))],
    largest: Math.max(0, largest(parts.map(({largest}) => largest))),
    times: [...new Set(parts.flatMap(({times}) => times))],
  };
}

function compareTable(columns: Columns, before: readonly Row[], now: readonly Row[]): Comparison {
  const length = Math.max(before.length, now.length);
  const differing = new Set<number>();
  const names = new Set<string>();
  const times = new Set<string>();
  let largest = 0;
  for (let i = 0; i < length; i++) {
    const [a, b] = [before[i], now[i]];
    if (a === undefined || b === undefined) {
      differing.add(i);
      continue;
    }
    for (const [name, {label, unit = "", provenance}] of Object.entries(columns)) {
      const isMeasured =
        (provenance === "row" || provenance === undefined ? a.provenance : provenance) === "measured";
      if (TIME_UNITS.has(unit) && isMeasured) {
        times.add(label);
        continue;
      }
      const difference = distance(a[name], b[name]);
      if (difference <= SAME) continue;
      differing.add(i);
      names.add(label);
      if (Number.isFinite(difference)) largest = Math.max(largest, difference);
    }
  }
  return {rows: length, differing: differing.size, columns: [...names], largest, times: [...times]};
}

/** Relative difference of two cells: 0 if they are the same, infinite if they are not both numbers. */
function distance(a: unknown, b: unknown): number {
  if (Object.is(a, b)) return 0;
  if (typeof a === "number" && typeof b === "number") return a === b ? 0 : Math.abs(a - b) / Math.abs(a);
  if (Array.isArray(a) && Array.isArray(b) && a.length === b.length) {
    return Math.max(0, largest(a.map((each, i) => distance(each, b[i]))));
  }
  return Number.POSITIVE_INFINITY;
}

const sum = (numbers: readonly number[]) => numbers.reduce((all, each) => all + each, 0);

/** A comparison in words that follow a number of rows. */
export function comparisonText({rows, differing, columns, largest, times}: Comparison): string {
  const apart = times.length === 0 ? "" : ` Not compared: ${times.join(", ")}, measured anew in every run.`;
  if (differing === 0) return `identical to the shipped rows, numbers to 12 digits.${apart}`;
  const where = columns.length === 0 ? "" : ` in ${columns.join(", ")}`;
  const most = largest === 0 ? "" : `, numbers by at most ${numberText(largest, 2)} of their value`;
  return `${differing} of ${rows} rows differ from the shipped ones${where}${most}.${apart}`;
}
