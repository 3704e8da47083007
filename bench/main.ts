/** Measures and tells: `npm run bench -- [--json] [--only NAME] [--slow] [--save] [--list]`. */

import {fork} from "node:child_process";
import {readFileSync, writeFileSync} from "node:fs";
import {fileURLToPath} from "node:url";
import {parseArgs} from "node:util";
import {complain, say} from "../src/cli/terminal/print.js";
import type {Contest} from "./harness/contest.js";
import {circumstances, load, today} from "./harness/machine.js";
import type {BenchRecord} from "./harness/record.js";
import {type DatedRecord, merged, type Run, sentence, textTable, withResults} from "./harness/report.js";
import {contests} from "./registry.js";

const RESULTS = "bench/results.json";
const PAGE = "docs/benchmarks.md";

function readOptions() {
  const {values} = parseArgs({
    options: {
      json: {type: "boolean", default: false},
      save: {type: "boolean", default: false},
      list: {type: "boolean", default: false},
      slow: {type: "boolean", default: false},
      only: {type: "string"},
    },
  });
  return values;
}

/**
 * All contests, or those whose names begin with `only`; slow ones if asked for, all of them or one by its whole name.
 * @throws RangeError if there is none.
 */
function chosen(only = "", withSlow = false): readonly Contest[] {
  const found = contests.filter(
    ({name, slow}) => name.startsWith(only) && (withSlow || slow !== true || name === only),
  );
  if (found.length > 0) return found;
  const names = contests.map(({name}) => name).join(", ");
  throw new RangeError(`bench: --only must be one of ${names}, or the beginning of one, got ${only}`);
}

/** Measures a contest in a process of its own. */
function measure(name: string): Promise<BenchRecord[]> {
  // What a peer prints must not get among the results.
  const child = fork(fileURLToPath(new URL("child.js", import.meta.url)), [name], {
    stdio: ["ignore", 2, 2, "ipc"],
  });
  return new Promise((resolve, reject) => {
    child.once("message", (records) => resolve(records as BenchRecord[]));
    child.once("error", reject);
    child.once("exit", (code, signal) => reject(new Error(`bench: ${name} ended with ${signal ?? code}`)));
  });
}

function peerVersions(): Record<string, string> {
  const {dependencies, optionalDependencies} = JSON.parse(readFileSync("bench/package.json", "utf8"));
  return {...dependencies, ...optionalDependencies};
}

/** A run of some contests replaces their records in the committed one. */
function save(measured: Run, isWhole: boolean): void {
  const committed = (): Run => JSON.parse(readFileSync(RESULTS, "utf8"));
  const order = contests.map(({name}) => name);
  const run = isWhole ? measured : merged(committed(), measured, order);
  writeFileSync(RESULTS, `${JSON.stringify(run, null, 2)}\n`);
  writeFileSync(PAGE, withResults(readFileSync(PAGE, "utf8"), run));
}

async function main(): Promise<void> {
  const options = readOptions();
  const selected = chosen(options.only, options.slow || options.save || options.list);
  if (options.list) return say(selected.map(({name, title}) => `${name}: ${title}`).join("\n"));
  const records: DatedRecord[] = [];
  for (const [i, {name}] of selected.entries()) {
    complain(`${i + 1} of ${selected.length}: ${name} …`);
    const when = {date: today(), load: load()};
    const measured = (await measure(name)).map((record) => ({...record, ...when}));
    for (const record of measured) records.push(record);
    if (options.json) for (const record of measured) say(JSON.stringify(record));
  }
  const run = {...circumstances(), peers: peerVersions(), records};
  if (!options.json) say(`\n${textTable(records)}\n\n${sentence(run)}`);
  if (options.save) save(run, options.only === undefined);
}

main().catch((error: Error) => {
  complain(error.message);
  process.exitCode = 1;
});
