/** The table of an experiment that the site ships. */
import {fileURLToPath} from "node:url";
import {allTables, MAIN_TABLE} from "../../lib/experiment/columns.js";
import type {Experiment} from "../../lib/experiment/experiment.js";
import {ranToText} from "../../lib/experiment/ran.js";
import {joinSettings, sweepSettings} from "../../lib/experiment/sweep.js";
import {experimentMetadata, withGivenColumns} from "../../lib/experiment/table.js";
import {rowsToArrow} from "../../lib/io/arrow.js";
import {isStill} from "./all-sweeps.js";
import {codeVersions} from "./code-version.js";
import {fillSweep} from "./fill.js";
import {planSweep, type SweepPlan} from "./plan.js";
import {withSweepPool} from "./pool.js";
import type {SettingRun} from "./setting-run.js";
import {sweepState} from "./store.js";

/** The folder of the kept tables that come with the sources. */
export const KEPT = fileURLToPath(new URL("../kept", import.meta.url));

/** A sweep, and a run of each of its settings. */
export interface SweepRuns {
  readonly plan: SweepPlan;
  readonly runs: readonly SettingRun[];
}

/** The sweep of an experiment: runs that are kept where they fit, all others run on threads now. */
export async function sweepRuns(experiment: Experiment, folder = KEPT): Promise<SweepRuns> {
  const plan = await planSweep(experiment, await codeVersions([experiment]));
  const state = await sweepState(folder, plan);
  if (state.missing.length === 0) return {plan, runs: [...state.have.values()]};
  return {plan, runs: await withSweepPool((run) => fillSweep(folder, state, run, {isStill}))};
}

/**
 * The bytes of a table that a page reads, from runs of all settings of the sweep in any order.
 * @throws RangeError if the experiment has no table of this name.
 */
export function shippedTable(
  {plan: {experiment, settings}, runs}: SweepRuns,
  table = MAIN_TABLE,
): Uint8Array {
  const columns = allTables(experiment);
  if (!Object.hasOwn(columns, table)) {
    throw new RangeError(
      `shippedTable: table must be one of ${Object.keys(columns).join(", ")}, got ${table}`,
    );
  }
  const byKey = new Map(runs.map((run) => [run.key, run]));
  const inOrder = settings.map(({key}) => byKey.get(key)).filter((run) => run !== undefined);
  const tables = inOrder.map((run) => run.tables);
  const rows = joinSettings([table], tables)[table];
  const metadata = {
    ...experimentMetadata(experiment, sweepSettings(experiment)),
    ran: ranToText(inOrder.map(({on, seconds}) => ({...on, seconds}))),
  };
  return rowsToArrow(withGivenColumns(columns[table], true), rows, metadata);
}
