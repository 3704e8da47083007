/** The conformance check as a command: reads golden files, writes results, prints a table. */

import {mkdir, readFile, writeFile} from "node:fs/promises";
import {basename, join} from "node:path";
import {parseArgs} from "node:util";
import {largest} from "../../lib/stats/extent.js";
import {checkGolden, FAILING, type Report} from "./check-file.js";
import {loadOps} from "./load-ops.js";

const USAGE = "usage: conformance --out DIR FILE…";

/** @returns the exit code: 0 if nothing disagrees, 1 if something does, 2 for a wrong call. */
export async function conformance(args: readonly string[]): Promise<0 | 1 | 2> {
  const call = readCall(args);
  if (typeof call === "string") {
    console.error(`conformance: ${call}\n${USAGE}`);
    return 2;
  }
  const ops = await loadOps();
  await mkdir(call.out, {recursive: true});
  const lines: string[][] = [["file", "op", "verdict", "max abs", "max rel"]];
  const reasons: string[] = [];
  let isFailing = false;
  for (const file of call.files) {
    const report = await checkFile(file, call.out, ops);
    isFailing ||= FAILING.has(report.verdict);
    lines.push([basename(file), report.op, report.verdict, ...largestDifferences(report)]);
    for (const line of report.reason?.split("\n") ?? []) reasons.push(`${basename(file)}: ${line}`);
  }
  console.log(alignColumns(lines));
  if (reasons.length > 0) console.error(`\n${reasons.join("\n")}`);
  return isFailing ? 1 : 0;
}

function readCall(args: readonly string[]): {out: string; files: string[]} | string {
  try {
    const {values, positionals} = parseArgs({
      args: [...args],
      options: {out: {type: "string"}},
      allowPositionals: true,
    });
    if (values.out === undefined) return "--out must name the folder of the results";
    if (positionals.length === 0) return "at least one golden file must be given";
    const names = positionals.map((file) => basename(file));
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice) return `every file must have a name of its own, got ${twice} twice`;
    return {out: values.out, files: positionals};
  } catch (error) {
    return (error as Error).message;
  }
}

async function checkFile(
  file: string,
  out: string,
  ops: Awaited<ReturnType<typeof loadOps>>,
): Promise<Report> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    return {op: "", verdict: "malformed", comparisons: [], reason: (error as Error).message};
  }
  const report = checkGolden(text, ops);
  if (report.result) await writeFile(join(out, basename(file)), `${JSON.stringify(report.result)}\n`);
  return report;
}

function largestDifferences({comparisons}: Report): [string, string] {
  if (comparisons.length === 0) return ["", ""];
  const text = (differences: readonly number[]) => {
    const max = largest(differences);
    return max === 0 ? "0" : max.toExponential(2);
  };
  return [text(comparisons.map(({maxAbs}) => maxAbs)), text(comparisons.map(({maxRel}) => maxRel))];
}

function alignColumns(lines: readonly (readonly string[])[]): string {
  const widths = lines[0].map((_, column) => largest(lines.map((line) => line[column].length)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column]))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
