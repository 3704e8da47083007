/** The child process that opens a stranger's file: it may hang or run out of memory, and its parent lives on. */
import {loadData, loadTensors, readTensors} from "../data/data-sets.js";
import type {Row} from "../lib/experiment/columns.js";
import type {TensorSet} from "../lib/experiment/experiment.js";
import {loadExperiment} from "../lib/experiments/registry.js";
import type {Params, ParamValues} from "../lib/technique/params.js";
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

async function run({id, params, file, tensorByTensor = false}: FileJob): Promise<void> {
  const experiment = await loadExperiment(id);
  const others = await loadData(experiment.needs.filter((name) => name !== "file"));
  const skipped = (name: string, dtype: string) => {
    say({kind: "note", text: `${name} is left out: ${dtype} is no floating-point type`});
  };
  const runOn = (tensors: TensorSet, [from, to]: readonly [number, number]) =>
    experiment.runTables(params as Partial<ParamValues<Params>>, {
      data: new Map([...others, ["file", tensors]]),
      progress: (share, what) => {
        say({kind: "progress", share: from + share * (to - from), ...(what === undefined ? {} : {what})});
      },
    });
  if (!tensorByTensor) {
    await say({kind: "tables", tables: await runOn(await loadTensors(file, skipped), [0, 1])});
    return;
  }
  const rows: Row[] = [];
  for await (const {name, tensor, index, count} of readTensors(file, skipped)) {
    rows.push(...(await runOn(new Map([[name, tensor]]), [index / count, (index + 1) / count])).rows);
  }
  await say({kind: "tables", tables: {rows}});
}
