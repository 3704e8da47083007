/** What a worker thread of the sweep pool runs: one setting of one experiment, with data sets that it loads itself. */
import type {Row} from "../lib/experiment/columns.js";
import type {DataSets} from "../lib/experiment/experiment.js";
import type {Params, ParamValues} from "../lib/experiment/params.js";
import {loadExperiment} from "../lib/experiments/registry.js";
import {loadData} from "./data-sets.js";

/** One setting to run. */
export interface SweepTask {
  readonly id: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** A thread runs many settings of one experiment: its data sets are loaded once. */
const loaded = new Map<string, Promise<DataSets>>();

export default async function runSetting({id, params}: SweepTask): Promise<Row[]> {
  const {needs, run} = await loadExperiment(id);
  if (!loaded.has(id)) loaded.set(id, loadData(needs));
  return run(params as Partial<ParamValues<Params>>, {data: await loaded.get(id)!});
}
