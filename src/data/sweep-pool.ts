/** Runs sweeps on worker threads of Node. */
import {availableParallelism} from "node:os";
import {Tinypool} from "tinypool";
import type {TableRows} from "../lib/experiment/columns.js";
import type {SweepPool} from "../lib/experiment/sweep.js";
import type {SweepTask} from "./sweep-worker.js";

/**
 * Opens a pool of worker threads, as many as there are processors unless told otherwise, hands it to `use` and
 * ends it afterwards.
 */
export async function withSweepPool<T>(
  use: (pool: SweepPool) => Promise<T>,
  {threads = availableParallelism()}: {readonly threads?: number} = {},
): Promise<T> {
  const isSource = import.meta.url.endsWith(".ts");
  const pool = new Tinypool({
    filename: new URL(isSource ? "./sweep-worker.ts" : "./sweep-worker.js", import.meta.url).href,
    ...(isSource ? {execArgv: readTypeScript()} : {}),
    minThreads: 1,
    maxThreads: threads,
  });
  try {
    return await use({
      run: (id, params, signal) =>
        pool.run({id, params} satisfies SweepTask, signal ? {signal} : {}) as Promise<TableRows>,
    });
  } finally {
    await pool.destroy();
  }
}

/** `--import tsx` does nothing on a thread that is not the main one: there it must be asked to register. */
function readTypeScript(): string[] {
  const code = `import {register} from ${JSON.stringify(import.meta.resolve("tsx/esm/api"))}; register();`;
  return ["--import", `data:text/javascript,${encodeURIComponent(code)}`];
}
