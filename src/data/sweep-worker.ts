/** What a worker thread of the sweep pool runs: one setting of one experiment, with data sets that it loads itself. */
import type {TableRows} from "../lib/experiment/columns.js";
import type {TensorSet} from "../lib/experiment/experiment.js";
import {loadExperiment} from "../lib/experiments/registry.js";
import type {Params, ParamValues} from "../lib/technique/params.js";
import {dataSetPath, loadTensors} from "./data-sets.js";

/** One setting to run. */
export interface SweepTask {
  readonly id: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** A thread runs many settings: each data set is loaded once. */
const loaded = new Map<string, Promise<TensorSet>>();

export default async function runSetting({id, params}: SweepTask): Promise<TableRows> {
  const {needsOf, runTables} = await loadExperiment(id);
  const values = params as Partial<ParamValues<Params>>;
  const sets = needsOf(values).map(async (name) => {
    if (!loaded.has(name)) loaded.set(name, loadTensors(dataSetPath(name)));
    return [name, await loaded.get(name)!] as const;
  });
  return runTables(values, {data: new Map(await Promise.all(sets))});
}
