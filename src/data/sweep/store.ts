/** Settings of a sweep that a folder of kept tables has, those that it lacks, and why. */

import {randomUUID} from "node:crypto";
import {mkdir, readFile, rename, writeFile} from "node:fs/promises";
import {dirname, join} from "node:path";
import {differenceOf} from "./compare.js";
import {readJournals, removeJournals} from "./journal.js";
import {type KeptSweep, keptToArrow, readKept} from "./kept-table.js";
import type {PlannedSetting, SweepPlan} from "./plan.js";
import type {SettingRun} from "./setting-run.js";

/** State of a sweep. */
export interface SweepState {
  readonly plan: SweepPlan;
  /** Rows that fit the plan, by the key of their setting. */
  readonly have: ReadonlyMap<string, SettingRun>;
  readonly missing: readonly PlannedSetting[];
  /** Reasons why settings are missing; empty if none is. */
  readonly why: string;
  /** Seconds of a setting when it last ran, by whatever code; 1 if none is kept. */
  readonly usualSeconds: number;
}

/**
 * Looks up what there is of a sweep, in its kept table and in the journals of processes that were interrupted.
 * @throws Error if two runs of one setting differ: its rows do not follow from what the key holds.
 */
export async function sweepState(folder: string, plan: SweepPlan): Promise<SweepState> {
  const {id} = plan.experiment;
  const [table, journals] = await Promise.all([readKept(folder, plan.experiment), readJournals(folder, id)]);
  const wanted = new Set(plan.settings.map(({key}) => key));
  const have = new Map<string, SettingRun>();
  for (const run of [...(table?.runs ?? []), ...journals.runs]) {
    if (wanted.has(run.key)) addOnce(have, run, id);
  }
  const missing = plan.settings.filter(({key}) => !have.has(key));
  const why = missing.length > 0 ? reasonOf(plan, table) : "";
  return {plan, have, missing, why, usualSeconds: meanSeconds(table?.runs ?? journals.runs)};
}

function meanSeconds(runs: readonly SettingRun[]): number {
  return runs.length === 0 ? 1 : runs.reduce((sum, {seconds}) => sum + seconds, 0) / runs.length;
}

function addOnce(have: Map<string, SettingRun>, run: SettingRun, id: string): void {
  const known = have.get(run.key);
  const difference = known && differenceOf(known.tables, run.tables);
  if (difference !== undefined) {
    throw new Error(`${id}: two runs of one setting, ${run.key}, differ: ${difference}`);
  }
  if (known === undefined) have.set(run.key, run);
}

function reasonOf({version, data}: SweepPlan, table: KeptSweep | undefined): string {
  if (table === undefined) return "no table is kept";
  const {made} = table;
  if (made.code !== version.code) return "its code changed";
  const changed = [
    ...changesOf(made.packages, version.packages, "package"),
    ...changesOf(made.data, data, "data set"),
  ];
  return changed.length > 0 ? changed.join(", ") : "settings are new";
}

type Named = Readonly<Record<string, string>>;

function changesOf(before: Named, now: Named, kind: string): string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])];
  return names.filter((name) => before[name] !== now[name]).map((name) => `${kind} ${name} changed`);
}

/**
 * Writes the kept tables of a sweep that is complete and removes the journals it was in; a table that is as it was is
 * not written.
 * @throws RangeError if a setting is missing.
 */
export async function writeKept(
  folder: string,
  {plan}: Pick<SweepState, "plan">,
  runs: readonly SettingRun[],
): Promise<void> {
  const known = new Set(runs.map(({key}) => key));
  const missing = plan.settings.filter(({key}) => !known.has(key)).length;
  if (missing > 0) {
    throw new RangeError(
      `writeKept: runs must be of all settings of ${plan.experiment.id}, ${missing} missing`,
    );
  }
  for (const [path, bytes] of keptToArrow(plan, runs)) await writeWhole(join(folder, path), bytes);
  await removeJournals(await readJournals(folder, plan.experiment.id));
}

/** Writes a file beside its place first: what is interrupted must not be taken for the file. */
export async function writeWhole(file: string, bytes: Uint8Array): Promise<void> {
  const before = await readFile(file).catch(() => undefined);
  if (before?.equals(bytes)) return;
  await mkdir(dirname(file), {recursive: true});
  const beside = `${file}.${randomUUID().slice(0, 8)}.new`;
  await writeFile(beside, bytes);
  await rename(beside, file);
}
