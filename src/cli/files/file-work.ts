/** The work that reads a stranger's files: a child process does it for a command, tests do it where they are. */
import {loadData} from "../../data/data-sets.js";
import type {TableRows} from "../../lib/experiment/columns.js";
import {loadExperiment} from "../../lib/experiments/registry.js";
import type {KernelThreads} from "../../lib/kernels/kernel-threads.js";
import {nodeThreads} from "../../lib/kernels/node-threads.js";
import type {Params, ParamValues} from "../../lib/technique/params.js";
import type {FileJob} from "./file-job.js";
import {openFiles} from "./open-files.js";

/** Runs a job, told how far it is. @throws the errors of its experiment and of opening its files. */
export async function runJob(
  {id, params, files, memory, threads = 1}: FileJob,
  progress: (share: number, what?: string) => void,
): Promise<TableRows> {
  const experiment = await loadExperiment(id);
  const opened = await openFiles(experiment.params, files);
  const pools: KernelThreads[] = [];
  const makeThreads = () => {
    if (threads === 1) return null;
    const pool = nodeThreads(threads);
    pools.push(pool);
    return pool;
  };
  try {
    const values = {...params, ...opened.values} as Partial<ParamValues<Params>>;
    return await experiment.runTables(values, {
      data: await loadData(experiment.needsOf(values)),
      memory,
      threads: makeThreads,
      progress,
    });
  } finally {
    await Promise.all(pools.map((pool) => pool.close()));
    await opened.close();
  }
}
