/** The child process that opens a stranger's file: it may hang or run out of memory, and its parent lives on. */
import {loadData} from "../data/data-sets.js";
import {loadExperiment} from "../lib/experiments/registry.js";
import type {Params, ParamValues} from "../lib/technique/params.js";
import {endWithParent} from "./end-with-parent.js";
import type {FileJob, FileReply} from "./file-job.js";
import {openFiles} from "./open-files.js";

endWithParent(Number(process.argv[2]));

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

async function run({id, params, files, memory}: FileJob): Promise<void> {
  const experiment = await loadExperiment(id);
  const opened = await openFiles(experiment.params, files);
  const values = {...params, ...opened.values} as Partial<ParamValues<Params>>;
  const tables = await experiment.runTables(values, {
    data: await loadData(experiment.needsOf(values)),
    memory,
    progress: (share, what) => {
      say({kind: "progress", share, ...(what === undefined ? {} : {what})});
    },
  });
  await opened.close();
  await say({kind: "tables", tables});
}
