import type {Circumstances} from "./machine.js";
import {type BenchRecord, TARGET} from "./record.js";

/** A whole run, as `results.json` keeps it. */
export interface Run extends Circumstances {
  /** Versions of the peers. */
  readonly peers: Readonly<Record<string, string>>;
  readonly records: readonly BenchRecord[];
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
  const widths = HEADER.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const isNumber = (column: number) => [1, 2, 5].includes(column);
  return rows
    .map((row) =>
      row
        .map((cell, i) => (isNumber(i) ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** The circumstances of a run in a sentence or two. */
export function sentence({date, cpu, cores, memoryGB, system, node, loadAverage, peers}: Run): string {
  const shared = Math.max(...loadAverage) > cores ? " The machine was shared with other work." : "";
  const versions = Object.entries(peers).map(([name, version]) => `${name} ${version}`);
  return (
    `Measured on ${date}: ${cpu}, ${cores} cores, ${memoryGB} GB, ${system}, Node ${node}; ` +
    `load average ${loadAverage[0]} before and ${loadAverage[1]} after.${shared} Peers: ${versions.join(", ")}.`
  );
}

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
