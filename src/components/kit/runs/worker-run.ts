import type {TableRows} from "../../../lib/experiment/columns.js";
import type {Reply, RunRequest} from "./run-worker.js";

export interface WorkerOptions {
  readonly progress?: (share: number, what?: string) => void;
  /** Ends the worker at once. */
  readonly signal?: AbortSignal;
}

/** A worker that answers one request after another, so that its code is loaded and warm from the second on. */
export interface KeptWorker {
  /**
   * Answers one request; the next may be asked when it has been answered.
   * @throws an Error with the message of what failed.
   */
  ask(request: RunRequest, progress?: WorkerOptions["progress"]): Promise<TableRows>;
  end(): void;
}

/** Starts a worker that is kept until it is ended. */
export function keptWorker(): KeptWorker {
  const worker = blobWorker(import.meta.resolve("./run-worker.js"));
  return {
    ask: (request, progress) =>
      new Promise((resolve, reject) => {
        worker.onerror = (event) => reject(new Error(event.message || "the worker could not start"));
        worker.onmessage = ({data}: MessageEvent<Reply>) => {
          if (data.kind === "progress") progress?.(data.share, data.what);
          else if (data.kind === "done") resolve(data.tables);
          else reject(new Error(data.message));
        };
        worker.postMessage(request);
      }),
    end: () => worker.terminate(),
  };
}

/**
 * Has a worker of its own answer one request with the rows of all tables.
 * @throws the signal's reason if it is aborted, an Error with the message of what failed.
 */
export async function askWorker(
  request: RunRequest,
  {progress, signal}: WorkerOptions = {},
): Promise<TableRows> {
  signal?.throwIfAborted();
  const worker = keptWorker();
  try {
    return await new Promise((resolve, reject) => {
      signal?.addEventListener("abort", () => reject(signal.reason));
      worker.ask(request, progress).then(resolve, reject);
    });
  } finally {
    worker.end();
  }
}

/**
 * A module worker started from a blob that imports `module`. A worker loaded from its own address would not be
 * bound by the page's content policy: its requests to another origin go through. A blob's are refused.
 */
export function blobWorker(module: string): Worker {
  // A request sent before the module runs would be lost, so the blob keeps it until the module listens.
  const code = `const early = [];
self.onmessage = (event) => early.push(event);
await import(${JSON.stringify(module)});
for (const event of early) self.onmessage(event);`;
  const address = URL.createObjectURL(new Blob([code], {type: "text/javascript"}));
  const worker = new Worker(address, {type: "module"});
  // The worker reads its source a moment after it is made.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
  return worker;
}
