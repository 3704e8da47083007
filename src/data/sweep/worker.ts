/** Task of a worker thread of the sweep pool: one setting of one experiment. */
import type {DataSets} from "../../lib/experiment/experiment.js";
import {loadExperiment} from "../../lib/experiments/registry.js";
import type {Params, ParamValues} from "../../lib/technique/params.js";
import type {TimedTables} from "./fill.js";

/** One setting to run, and the data that it reads, in memory that threads share. */
export interface SweepTask {
  readonly id: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly data: DataSets;
}

export default async function runSetting({id, params, data}: SweepTask): Promise<TimedTables> {
  const {runTables} = await loadExperiment(id);
  const began = performance.now();
  const tables = await runTables(params as Partial<ParamValues<Params>>, {data});
  return {tables, seconds: Math.round(performance.now() - began) / 1000};
}
