import {largest, smallest} from "../../src/lib/stats/extent.js";
import type {Circumstances} from "./machine.js";
import {type BenchRecord, TARGET} from "./record.js";

/** A record with the day and the load average when its contest began. */
export interface DatedRecord extends BenchRecord {
  readonly date: string;
  readonly load: number;
}

/** A whole run, as `results.json` keeps it. */
export interface Run extends Circumstances {
  /** Versions of the peers. */
  readonly peers: Readonly<Record<string, string>>;
  readonly records: readonly DatedRecord[];
}

/**
 * A run with the records of a later one of fewer contests in the place of its own, in the order of the contests' names.
 * @throws RangeError if they come from two machines or two versions of Node.
 */
export function merged(run: Run, later: Run, order: readonly string[]): Run {
  for (const name of ["cpu", "cores", "system", "node"] as const) {
    if (run[name] !== later[name]) {
      throw new RangeError(
        `merged: ${name} must be ${run[name]}, as in the committed run, got ${later[name]}; save a whole run`,
      );
    }
  }
  const names = new Set(later.records.map(({name}) => name));
  const kept = run.records.filter(({name}) => !names.has(name) && order.includes(name));
  const records = [...kept, ...later.records].sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
  return {...later, records};
}

/** Three significant digits, and all digits before the point. */
export function number(value: number | null): string {
  if (value === null) return "–";
  const digits = value === 0 ? 0 : Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toLocaleString("en-US", {minimumFractionDigits: digits, maximumFractionDigits: digits});
}

const HEADER = ["what", "ours", "peer", "unit", "peer's name", "ratio"] as const;

function cells({title, ours, peer, unit, peerName, ratio}: BenchRecord): string[] {
  return [title, number(ours), number(peer), unit, peerName ?? "none here", number(ratio)];
}

/** The records as aligned text for a terminal. */
export function textTable(records: readonly BenchRecord[]): string {
  const rows = [[...HEADER], ...records.map(cells)];
  const widths = HEADER.map((_, column) => largest(rows.map((row) => row[column].length)));
  const isNumber = (column: number) => [1, 2, 5].includes(column);
  return rows
    .map((row) =>
      row
        .map((cell, i) => (isNumber(i) ? cell.padStart(widths[i]) : cell.padEnd(widths[i])))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** The circumstances of a run in a sentence or two. */
export function sentence({cpu, cores, memoryGB, system, node, peers, records}: Run): string {
  const loads = records.map(({load}) => load);
  const dates = records.map(({date}) => date).sort();
  const shared = largest(loads) > cores ? " The machine was shared with other work." : "";
  const versions = Object.entries(peers).map(([name, version]) => `${name} ${version}`);
  return (
    `Measured on ${span(dates[0], dates.at(-1)!)}: ${cpu}, ${cores} cores, ${memoryGB} GB, ${system}, Node ${node}; ` +
    `load average ${span(smallest(loads), largest(loads))}.${shared} Peers: ${versions.join(", ")}.`
  );
}

const span = (first: string | number, last: string | number): string =>
  first === last ? `${first}` : `${first} to ${last}`;

/** A run as Markdown: the circumstances, then the table; a target is told from a measured peer. */
export function markdown(run: Run): string {
  const row = (fields: readonly string[]) => `| ${fields.join(" | ")} |`;
  const lines = run.records.map((record) => {
    const fields = cells(record);
    return row(record.peerName === TARGET ? fields.with(4, "*target, not measured*") : fields);
  });
  return [sentence(run), "", row(HEADER), "| --- | ---: | ---: | --- | --- | ---: |", ...lines].join("\n");
}

const BEGIN = "<!-- results: written by `npm run bench -- --save` -->";
const END = "<!-- end of results -->";

/**
 * A page with its results replaced.
 * @throws RangeError if the page has no place for them.
 */
export function withResults(page: string, run: Run): string {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin < 0 || end < begin) {
    throw new RangeError(`withResults: page must hold the lines ${BEGIN} and ${END}, got neither or one`);
  }
  return `${page.slice(0, begin + BEGIN.length)}\n\n${markdown(run)}\n\n${page.slice(end)}`;
}
