// Removes from the cache every table whose code or data has changed: Framework looks at the loader's own file alone.
import {createHash} from "node:crypto";
import {mkdir, readdir, readFile, rm, writeFile} from "node:fs/promises";
import {dirname, join} from "node:path";
import {build, type Metafile} from "esbuild";
import {DATA_SETS, dataSetPath} from "../src/data/data-sets.js";
import {allTables} from "../src/lib/experiment/columns.js";
import {tablePath} from "../src/lib/experiment/table.js";
import {experiments, loadExperiment} from "../src/lib/experiments/registry.js";

/** Where Framework keeps what loaders gave. */
export const CACHE = "src/.observablehq/cache/data";
const HASHES = "src/.observablehq/table-hashes.json";
/** What runs every sweep, whatever the experiment. */
const SHARED = ["src/data/tables/[family]/[name].arrow.ts", "src/data/sweep-worker.ts"];

/**
 * All files that modules import, directly or not, and themselves. A dynamic import is not followed: the registry
 * names every experiment by one, and a table depends on its own alone.
 */
export async function importGraph(entries: readonly string[], root: string): Promise<string[]> {
  const {metafile} = await build({
    entryPoints: [...entries],
    absWorkingDir: root,
    bundle: true,
    write: false,
    metafile: true,
    outdir: "unused",
    format: "esm",
    platform: "node",
    packages: "external",
    logLevel: "silent",
  });
  return [...reachable(metafile, entries)].sort();
}

function reachable({inputs}: Metafile, entries: readonly string[]): Set<string> {
  const found = new Set(entries);
  for (const file of found) {
    for (const {path, kind, external} of inputs[file]?.imports ?? []) {
      if (!external && kind !== "dynamic-import") found.add(path);
    }
  }
  return found;
}

/** A hash over names and contents of files. */
export async function hashFiles(files: readonly string[], root: string): Promise<string> {
  const hash = createHash("sha256");
  for (const file of files) {
    const content = await readFile(join(root, file));
    hash.update(`${file}\0${content.length}\0`).update(content);
  }
  return hash.digest("hex");
}

/** A file of the cache, the code it follows from and the data sets that code may read. */
interface CachedFile {
  readonly name: string;
  /** Path below the data folder. */
  readonly file: string;
  readonly code: readonly string[];
  readonly data: readonly string[];
}

/** The tables of all experiments that have a sweep; without one, the data is a reader's own file. */
async function sweptTables(): Promise<CachedFile[]> {
  const loaded = await Promise.all(Object.keys(experiments).map(loadExperiment));
  return loaded
    .filter(({sweep}) => sweep.length > 0)
    .flatMap(({id, needs, ...experiment}) =>
      Object.keys(allTables(experiment)).map((table) => ({
        name: `tables/${tablePath(id, table)}`,
        file: `tables/${tablePath(id, table)}`,
        code: [...SHARED, `src/lib/experiments/${id}.ts`],
        data: needs,
      })),
    );
}

/** The files with a loader of their own; they may read any data set. */
async function ownTables(root: string): Promise<CachedFile[]> {
  const loaders = (await readdir(join(root, "src/data"))).filter((name) => /\.(arrow|json)\.ts$/.test(name));
  return loaders.map((loader) => ({
    name: loader.replace(/\.(arrow|json)\.ts$/, ""),
    file: loader.slice(0, -".ts".length),
    code: [`src/data/${loader}`],
    data: Object.keys(DATA_SETS),
  }));
}

/** The hash of everything that a table follows from: code, installed packages, data. */
async function tableHash({code, data}: CachedFile, root: string): Promise<string> {
  const files = data.map((name) => dataSetPath(name).slice(root.length + 1));
  return hashFiles([...(await importGraph(code, root)), "package-lock.json", ...files], root);
}

/**
 * Removes the cached tables that no longer follow from code and data, so that the next build runs them anew.
 * @returns the names of the tables that were removed or are not known to be fresh.
 */
export async function refreshTables(root = process.cwd()): Promise<string[]> {
  const known = await readHashes(root);
  const hashes: Record<string, string> = {};
  const stale: string[] = [];
  for (const table of [...(await sweptTables()), ...(await ownTables(root))]) {
    const hash = await tableHash(table, root);
    hashes[table.name] = hash;
    if (hash === known[table.name]) continue;
    stale.push(table.name);
    await rm(join(root, CACHE, table.file), {force: true});
  }
  await mkdir(dirname(join(root, HASHES)), {recursive: true});
  await writeFile(join(root, HASHES), `${JSON.stringify(hashes, null, 2)}\n`);
  return stale;
}

async function readHashes(root: string): Promise<Record<string, string>> {
  try {
    return JSON.parse(await readFile(join(root, HASHES), "utf8"));
  } catch {
    return {};
  }
}
