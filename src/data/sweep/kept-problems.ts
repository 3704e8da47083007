/** Problems of a folder of kept tables, found without running anything. */
import {readdir, readFile, stat} from "node:fs/promises";
import {join} from "node:path";
import {keptToArrow} from "./kept-table.js";
import type {SweepState} from "./store.js";

/** Bytes that one kept table may have, and all together. */
const LIMITS = {table: 1e6, all: 15e6};

/**
 * Problems of kept tables, a line each: settings that are not kept, with the command that mends it; tables that would
 * be written otherwise now; files of no experiment; too many bytes.
 */
export async function keptProblems(folder: string, states: readonly SweepState[]): Promise<string[]> {
  const found = await Promise.all(states.map((state) => stateProblems(folder, state)));
  return [...found.flat(), ...(await fileProblems(folder, states))];
}

async function stateProblems(folder: string, {plan, have, missing, why}: SweepState): Promise<string[]> {
  const {id} = plan.experiment;
  const cure = `Run: npm run tables -- --only '${id}'`;
  if (missing.length > 0) {
    return [`${id}: ${missing.length} of ${plan.settings.length} settings are not kept (${why}). ${cure}`];
  }
  for (const [path, bytes] of keptToArrow(plan, [...have.values()])) {
    const kept = await readFile(join(folder, path)).catch(() => undefined);
    if (!kept?.equals(bytes)) return [`${id}: ${path} is not as it would be written now. ${cure}`];
  }
  return [];
}

async function fileProblems(folder: string, states: readonly SweepState[]): Promise<string[]> {
  const expected = new Set(states.flatMap(({plan}) => [...keptToArrow(plan, []).keys()]));
  const files = await readdir(folder, {recursive: true, withFileTypes: true}).catch(() => []);
  const tables = files
    .filter((entry) => entry.isFile() && entry.name.endsWith(".arrow"))
    .map(({parentPath, name}) => join(parentPath, name).slice(folder.length + 1));
  const sizes = await Promise.all(tables.map(async (path) => (await stat(join(folder, path))).size));
  const total = sizes.reduce((sum, size) => sum + size, 0);
  return [
    ...tables
      .filter((path) => !expected.has(path))
      .map((path) => `${path}: no experiment has this table; delete it`),
    ...tables.flatMap((path, i) =>
      sizes[i] > LIMITS.table
        ? [`${path}: a kept table may have ${LIMITS.table} bytes, this has ${sizes[i]}`]
        : [],
    ),
    ...(total > LIMITS.all ? [`kept tables may have ${LIMITS.all} bytes together, they have ${total}`] : []),
  ];
}
