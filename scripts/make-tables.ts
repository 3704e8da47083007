// Makes what the cache lacks, several at a time: Framework runs one data loader after the other and leaves cores idle.
import {spawn} from "node:child_process";
import {access, mkdir, rename, rm, writeFile} from "node:fs/promises";
import {availableParallelism} from "node:os";
import {basename, dirname, join} from "node:path";
import {allTables} from "../src/lib/experiment/columns.js";
import {tablePath} from "../src/lib/experiment/table.js";
import {experiments, loadExperiment} from "../src/lib/experiments/registry.js";
import {CACHE} from "./refresh-tables.js";

const LOADER = "src/data/tables/[family]/[name].arrow.ts";

/**
 * Writes all missing tables of experiments into the cache of Framework, which then takes them as they are. Every table has a process of its own, as with Framework: code that has run another experiment is slower.
 * @throws Error naming the table whose loader failed.
 */
export async function makeTables(
  root = process.cwd(),
  tell: (line: string) => void = console.log,
): Promise<void> {
  const loaded = await Promise.all(Object.keys(experiments).map(loadExperiment));
  const missing: string[] = [];
  // A table of few settings cannot be shared out between threads: it begins first.
  const bySettings = loaded
    .filter(({sweep}) => sweep.length > 0)
    .sort((a, b) => a.sweep.length - b.sweep.length);
  for (const experiment of bySettings) {
    for (const table of Object.keys(allTables(experiment))) {
      const path = tablePath(experiment.id, table);
      if (!(await exists(tableFile(root, path)))) missing.push(path);
    }
  }
  let done = 0;
  await severalAtATime(missing, availableParallelism(), async (path) => {
    const began = Date.now();
    await makeTable(root, path);
    tell(`table ${++done} of ${missing.length}: ${path}, ${((Date.now() - began) / 1000).toFixed(1)} s`);
  });
}

/** Runs `work` on every item, at most `limit` at once; the first failure is thrown when those at work have ended. */
export async function severalAtATime<T>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const left = [...items];
  const take = async () => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) {
      try {
        await work(item);
      } catch (error) {
        left.length = 0;
        throw error;
      }
    }
  };
  const ended = await Promise.allSettled(Array.from({length: limit}, take));
  for (const each of ended) if (each.status === "rejected") throw each.reason;
}

function tableFile(root: string, path: string): string {
  return join(root, CACHE, "tables", path);
}

async function makeTable(root: string, path: string): Promise<void> {
  const [family, name] = [dirname(path), basename(path, ".arrow")];
  const bytes = await outputOf(["--import", "tsx", LOADER, "--family", family, "--name", name], root, path);
  const file = tableFile(root, path);
  await mkdir(dirname(file), {recursive: true});
  // Beside it first: what is interrupted must not be taken for a table.
  await writeFile(`${file}.new`, bytes);
  await rename(`${file}.new`, file).catch(async (error) => {
    await rm(`${file}.new`, {force: true});
    throw error;
  });
}

function outputOf(args: readonly string[], cwd: string, path: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {cwd, stdio: ["ignore", "pipe", "inherit"]});
    const parts: Buffer[] = [];
    child.stdout.on("data", (part: Buffer) => parts.push(part));
    child.on("error", reject);
    child.on("close", (status) => {
      if (status === 0) resolve(Buffer.concat(parts));
      else reject(new Error(`table ${path}: its loader ended with status ${status}`));
    });
  });
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
