/** The child process that opens a stranger's file: it may hang or run out of memory, and its parent lives on. */
import {loadData, loadTensors} from "../data/data-sets.js";
import type {DataSets} from "../lib/experiment/experiment.js";
import type {Params, ParamValues} from "../lib/experiment/params.js";
import {loadExperiment} from "../lib/experiments/registry.js";
import type {FileJob, FileReply} from "./file-job.js";

const say = (reply: FileReply) =>
  new Promise<void>((resolve, reject) =>
    process.send!(reply, (error: Error | null) => (error ? reject(error) : resolve())),
  );

process.once("message", async (job: FileJob) => {
  try {
    await run(job);
  } catch (error) {
    await say({kind: "failed", message: error instanceof Error ? error.message : String(error)});
  }
  process.disconnect();
});

async function run({id, params, file}: FileJob): Promise<void> {
  const experiment = await loadExperiment(id);
  const others = await loadData(experiment.needs.filter((name) => name !== "file"));
  const tensors = await loadTensors(file, (name, dtype) => {
    say({kind: "note", text: `${name} is left out: ${dtype} is no floating-point type`});
  });
  const data: DataSets = new Map([...others, ["file", tensors]]);
  const progress = (share: number, what?: string) => {
    say({kind: "progress", share, ...(what === undefined ? {} : {what})});
  };
  const rows = await experiment.run(params as Partial<ParamValues<Params>>, {data, progress});
  await say({kind: "rows", rows});
}
