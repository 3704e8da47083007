/** Tensors measured on several Node threads, each of which reads the model for itself. */
import {on} from "node:events";
import {Worker} from "node:worker_threads";
import type {MeasureOptions, TensorRow} from "../../lib/quant/measure-tensor.js";

/** What a thread is given when it begins. */
export interface ThreadData {
  readonly path: string;
  readonly formats: readonly string[];
}

/** One tensor to measure. */
export interface ThreadTask extends MeasureOptions {
  readonly tensor: string;
}

/** What a thread answers: the rows of its tensor, then that there are no more. */
export type ThreadReply =
  | {readonly kind: "row"; readonly row: TensorRow}
  | {readonly kind: "measured"}
  | {readonly kind: "failed"; readonly message: string; readonly isRange: boolean};

/** Measures one tensor, telling each row, and gives all its rows. */
export type MeasureTask = (task: ThreadTask, tell: (row: TensorRow) => void) => Promise<TensorRow[]>;

/** Runs `work` for every task, as many at a time as there are threads. The threads end with it. */
export async function onThreads(
  data: ThreadData,
  threads: number,
  tasks: readonly ThreadTask[],
  work: (task: ThreadTask, measure: MeasureTask) => Promise<void>,
): Promise<void> {
  const workers = Array.from({length: threads}, () => startThread(data));
  const waiting = [...tasks];
  try {
    await Promise.all(
      workers.map(async (worker) => {
        for (let task = waiting.shift(); task !== undefined; task = waiting.shift()) {
          await work(task, (one, tell) => measureOn(worker, one, tell));
        }
      }),
    );
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

function startThread(data: ThreadData): Worker {
  const isSource = import.meta.url.endsWith(".ts");
  const module = new URL(isSource ? "./measure-thread.ts" : "./measure-thread.js", import.meta.url);
  return new Worker(module, {workerData: data, execArgv: isSource ? ["--import", readingSources()] : []});
}

/** A module that lets a thread run TypeScript: the loader does not follow the process into its threads. */
function readingSources(): string {
  const code = `import {register} from ${JSON.stringify(import.meta.resolve("tsx/esm/api"))}; register();`;
  return `data:text/javascript,${encodeURIComponent(code)}`;
}

/** Has a thread measure one tensor. @throws what it threw, or Error if it ended by itself. */
async function measureOn(
  worker: Worker,
  task: ThreadTask,
  tell: (row: TensorRow) => void,
): Promise<TensorRow[]> {
  const rows: TensorRow[] = [];
  const ended = new AbortController();
  const replies = on(worker, "message", {signal: ended.signal});
  const exit = (code: number) => ended.abort(new Error(`quantize: a thread ended by itself (${code})`));
  worker.once("exit", exit);
  worker.postMessage(task);
  try {
    for await (const [reply] of replies as AsyncIterable<[ThreadReply]>) {
      if (reply.kind === "measured") break;
      if (reply.kind === "failed") throw errorOf(reply);
      rows.push(reply.row);
      tell(reply.row);
    }
  } catch (error) {
    throw ended.signal.aborted ? ended.signal.reason : error;
  } finally {
    worker.off("exit", exit);
  }
  return rows;
}

const errorOf = ({message, isRange}: {readonly message: string; readonly isRange: boolean}) =>
  isRange ? new RangeError(message) : new Error(message);
