/** The conformance check as a command: reads golden files, writes results, prints a table. */

import {mkdir, stat} from "node:fs/promises";
import {basename, join} from "node:path";
import {printable} from "../../lib/io/printable.js";
import {largest} from "../../lib/stats/extent.js";
import {readText} from "../files/json-file.js";
import {writeWhole} from "../files/write-file.js";
import {complain, say} from "../terminal/print.js";
import {readCall as readOptions, text} from "../terminal/usage.js";
import {checkGolden, FAILING, type Report} from "./check-file.js";
import {loadOps} from "./load-ops.js";

const USAGE = "usage: conformance --out DIR FILE…";

/** @returns the exit code: 0 if nothing disagrees, 1 if something does, 2 for a wrong call. */
export async function conformance(args: readonly string[]): Promise<0 | 1 | 2> {
  const call = readCall(args);
  if (typeof call === "string") {
    complain(`conformance: ${call}\n${USAGE}`);
    return 2;
  }
  const overwritten = await inputIn(call);
  if (overwritten !== undefined) {
    complain(
      `conformance: --out must be another folder than that of ${overwritten}, which it would overwrite`,
    );
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
    lines.push([
      printable(basename(file)),
      printable(report.op),
      report.verdict,
      ...largestDifferences(report),
    ]);
    for (const line of report.reason?.split("\n") ?? []) reasons.push(`${basename(file)}: ${line}`);
  }
  say(alignColumns(lines));
  if (reasons.length > 0) complain(`\n${reasons.join("\n")}`);
  return isFailing ? 1 : 0;
}

/** The first input that a result would be written over, under whatever name. */
async function inputIn({out, files}: {readonly out: string; readonly files: readonly string[]}) {
  for (const file of files) {
    const [input, result] = await Promise.all(
      [file, join(out, basename(file))].map((path) => stat(path).catch(() => undefined)),
    );
    if (input && result && input.ino === result.ino && input.dev === result.dev) return file;
  }
  return undefined;
}

function readCall(args: readonly string[]): {out: string; files: string[]} | string {
  try {
    const call = readOptions("conformance", args, {out: {value: "DIR", help: "folder of the results"}});
    const {positionals} = call;
    const out = text(call, "out");
    if (out === undefined) return "--out must name the folder of the results";
    if (positionals.length === 0) return "at least one golden file must be given";
    const names = positionals.map((file) => basename(file));
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice) return `every file must have a name of its own, got ${twice} twice`;
    return {out, files: [...positionals]};
  } catch (error) {
    return (error as Error).message.replace(/^conformance: /, "");
  }
}

async function checkFile(
  file: string,
  out: string,
  ops: Awaited<ReturnType<typeof loadOps>>,
): Promise<Report> {
  let golden: string;
  try {
    golden = await readText("conformance", file);
  } catch (error) {
    return {op: "", verdict: "malformed", comparisons: [], reason: (error as Error).message};
  }
  const report = checkGolden(golden, ops);
  if (report.result) await writeWhole(join(out, basename(file)), `${JSON.stringify(report.result)}\n`);
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
