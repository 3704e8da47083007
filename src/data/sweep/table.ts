/** The table of an experiment that the site ships. */
import {fileURLToPath} from "node:url";
import {allTables, MAIN_TABLE} from "../../lib/experiment/columns.js";
import type {Experiment} from "../../lib/experiment/experiment.js";
import {joinSettings, sweepSettings} from "../../lib/experiment/sweep.js";
import {experimentMetadata, withGivenColumns} from "../../lib/experiment/table.js";
import {rowsToArrow} from "../../lib/io/arrow.js";
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
  return {plan, runs: await withSweepPool((run) => fillSweep(folder, state, run))};
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
    ran: JSON.stringify(ranSummary(runs)),
  };
  return rowsToArrow(withGivenColumns(columns[table], true), rows, metadata);
}

/** How a table came to be, for the reader of a page. */
export interface RanSummary {
  /** Classes of the machines. */
  readonly machines: readonly string[];
  /** Versions of Node. */
  readonly nodes: readonly string[];
  /** The first and the last day. */
  readonly from: string;
  readonly to: string;
  /** Of all settings together, on one core. */
  readonly seconds: number;
}

/** When, where and for how long the settings of a table ran. */
export function ranSummary(runs: readonly SettingRun[]): RanSummary {
  const distinct = (name: "machine" | "node" | "date") => [...new Set(runs.map(({on}) => on[name]))].sort();
  const dates = distinct("date");
  return {
    machines: distinct("machine"),
    nodes: distinct("node"),
    from: dates[0] ?? "",
    to: dates.at(-1) ?? "",
    seconds: Math.round(runs.reduce((sum, {seconds}) => sum + seconds, 0) * 10) / 10,
  };
}
