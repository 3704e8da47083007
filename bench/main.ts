/** Measures and tells: `npm run bench -- [--json] [--only NAME] [--save] [--list]`. */
import {fork} from "node:child_process";
import {readFileSync, writeFileSync} from "node:fs";
import {fileURLToPath} from "node:url";
import {parseArgs} from "node:util";
import type {Contest} from "./harness/contest.js";
import {circumstances, load} from "./harness/machine.js";
import type {BenchRecord} from "./harness/record.js";
import {type Run, sentence, textTable, withResults} from "./harness/report.js";
import {contests} from "./registry.js";

const RESULTS = "bench/results.json";
const PAGE = "docs/benchmarks.md";

function readOptions() {
  const {values} = parseArgs({
    options: {
      json: {type: "boolean", default: false},
      save: {type: "boolean", default: false},
      list: {type: "boolean", default: false},
      only: {type: "string"},
    },
  });
  if (values.save && values.only !== undefined) {
    throw new RangeError("bench: --save must come without --only, since the record is of a whole run");
  }
  return values;
}

/** All contests, or those whose names begin with `only`. @throws RangeError if there is none. */
function chosen(only = ""): readonly Contest[] {
  const found = contests.filter(({name}) => name.startsWith(only));
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

function save(run: Run): void {
  writeFileSync(RESULTS, `${JSON.stringify(run, null, 2)}\n`);
  writeFileSync(PAGE, withResults(readFileSync(PAGE, "utf8"), run));
}

async function main(): Promise<void> {
  const options = readOptions();
  const selected = chosen(options.only);
  if (options.list) return console.log(selected.map(({name, title}) => `${name}: ${title}`).join("\n"));
  const before = load();
  const records: BenchRecord[] = [];
  for (const [i, {name}] of selected.entries()) {
    console.error(`${i + 1} of ${selected.length}: ${name} …`);
    const measured = await measure(name);
    records.push(...measured);
    if (options.json) for (const record of measured) console.log(JSON.stringify(record));
  }
  const run = {...circumstances(before), peers: peerVersions(), records};
  if (!options.json) console.log(`\n${textTable(records)}\n\n${sentence(run)}`);
  if (options.save) save(run);
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
