// Removes from the cache every table whose code or data has changed: Framework looks at the loader's own file alone.
import {createHash} from "node:crypto";
import {mkdir, readFile, rm, writeFile} from "node:fs/promises";
import {dirname, join} from "node:path";
import {build, type Metafile} from "esbuild";
import {dataSetPath} from "../src/data/data-sets.js";
import {experiments, loadExperiment} from "../src/lib/experiments/registry.js";

const CACHE = "src/.observablehq/cache/data/tables";
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

/** The hash of everything that the table of an experiment follows from: code, installed packages, data. */
async function tableHash(id: string, root: string): Promise<string> {
  const code = await importGraph([...SHARED, `src/lib/experiments/${id}.ts`], root);
  const {needs} = await loadExperiment(id);
  const data = needs.map((name) => dataSetPath(name).slice(root.length + 1));
  return hashFiles([...code, "package-lock.json", ...data], root);
}

/**
 * Removes the cached tables that no longer follow from code and data, so that the next build runs them anew.
 * @returns the ids of the experiments whose tables were removed or are not known to be fresh.
 */
export async function refreshTables(root = process.cwd()): Promise<string[]> {
  const known = await readHashes(root);
  const hashes: Record<string, string> = {};
  const stale: string[] = [];
  for (const id of Object.keys(experiments)) {
    // Without a sweep there is no table: its data is a reader's own file.
    if ((await loadExperiment(id)).sweep.length === 0) continue;
    hashes[id] = await tableHash(id, root);
    if (hashes[id] === known[id]) continue;
    stale.push(id);
    await rm(join(root, CACHE, `${id}.arrow`), {force: true});
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
