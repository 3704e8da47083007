/** The files of a kept sweep: its rows, a file a table, and in the metadata key and run of each setting. */
import {readFile} from "node:fs/promises";
import {join} from "node:path";
import {allTables, type Columns, type Row, type TableRows} from "../../lib/experiment/columns.js";
import type {Experiment} from "../../lib/experiment/experiment.js";
import {joinSettings} from "../../lib/experiment/sweep.js";
import {tablePath, withGivenColumns} from "../../lib/experiment/table.js";
import {rowsFromArrow, rowsToArrow} from "../../lib/io/arrow.js";
import type {Made} from "./made.js";
import type {SweepPlan} from "./plan.js";
import type {Circumstances, SettingRun} from "./setting-run.js";

/** A kept sweep as it was read. */
export interface KeptSweep {
  readonly made: Made;
  readonly runs: readonly SettingRun[];
}

/** Circumstances stand once; a setting has its key, its seconds and the index of its circumstances. */
interface KeptRecord {
  readonly made: Made;
  readonly circumstances: readonly Circumstances[];
  readonly settings: readonly (readonly [key: string, seconds: number, circumstances: number])[];
}

/** The bytes of each table of a kept sweep by the path of its file: the same for the same runs in any order. */
export function keptToArrow(
  {experiment, version, data, settings}: SweepPlan,
  runs: readonly SettingRun[],
): Map<string, Uint8Array> {
  const byKey = new Map(runs.map((run) => [run.key, run]));
  const inOrder = settings.map(({key}) => byKey.get(key)).filter((run) => run !== undefined);
  const circumstances = [...new Set(inOrder.map(({on}) => JSON.stringify(on)))].sort();
  const record: KeptRecord = {
    made: {...version, data},
    circumstances: circumstances.map((text) => JSON.parse(text)),
    settings: inOrder.map(({key, seconds, on}) => [key, seconds, circumstances.indexOf(JSON.stringify(on))]),
  };
  const metadata = {experiment: experiment.id, kept: JSON.stringify(record)};
  const tables = allTables(experiment);
  const rows = joinSettings(
    Object.keys(tables),
    inOrder.map((run) => run.tables),
  );
  const files = Object.entries(tables).map(([name, columns]) => {
    const bytes = rowsToArrow(unlabelled(withGivenColumns(columns, true)), rows[name], metadata);
    return [tablePath(experiment.id, name), bytes] as const;
  });
  return new Map(files);
}

/** Columns without their prose: another label is no reason to write rows anew. */
function unlabelled(columns: Columns): Columns {
  const bare = Object.entries(columns).map(
    ([name, {label: _, unit: __, provenance: ___, ...column}]) => [name, {...column, label: ""}] as const,
  );
  return Object.fromEntries(bare);
}

/**
 * The kept sweep of an experiment; undefined if a table of it is missing, or of another time than the others.
 * @throws Error naming a file that is no kept table.
 */
export async function readKept(folder: string, experiment: Experiment): Promise<KeptSweep | undefined> {
  const names = Object.keys(allTables(experiment));
  const tables = await Promise.all(
    names.map((name) => readTable(join(folder, tablePath(experiment.id, name)))),
  );
  const read = tables.filter((table) => table !== undefined);
  const [first] = read;
  if (read.length < names.length || read.some(({kept}) => kept !== first.kept)) return undefined;
  const {made, circumstances, settings}: KeptRecord = JSON.parse(first.kept);
  const runs = settings.map(([key, seconds, on], setting) => ({
    key,
    seconds,
    on: circumstances[on],
    tables: Object.fromEntries(names.map((name, i) => [name, read[i].rows[setting]])) as unknown as TableRows,
  }));
  return {made, runs};
}

/** A kept table: its rows by setting, and the text of its record. */
async function readTable(file: string): Promise<{kept: string; rows: Row[][]} | undefined> {
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (bytes === undefined) return undefined;
  try {
    const {rows, metadata} = rowsFromArrow(bytes);
    const kept = metadata.get("kept") ?? "";
    const {settings}: KeptRecord = JSON.parse(kept);
    const bySetting: Row[][] = settings.map(() => []);
    for (const {setting, ...row} of rows) bySetting[Number(setting)].push(row as Row);
    return {kept, rows: bySetting};
  } catch (cause) {
    throw new Error(`readKept: file must be a kept table, got ${file}. Delete it to have it made anew.`, {
      cause,
    });
  }
}
