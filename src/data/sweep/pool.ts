/** Runs settings on worker threads of Node. */
import {availableParallelism} from "node:os";
import {Tinypool} from "tinypool";
import type {DataSets, TensorSet} from "../../lib/experiment/experiment.js";
import type {SweepPool} from "../../lib/experiment/sweep.js";
import {loadExperiment} from "../../lib/experiments/registry.js";
import {dataSetPath, loadTensors} from "../data-sets.js";
import type {RunSetting, TimedTables} from "./fill.js";
import type {PlannedSetting} from "./plan.js";
import type {SweepTask} from "./worker.js";

/**
 * Opens a pool of worker threads, as many as there are processors unless told otherwise, hands what runs a setting on
 * it to `use` and ends it afterwards. At most `threads` settings are at work at a time, and a data set is in memory
 * once a process, however many threads read it.
 */
export async function withSweepPool<T>(
  use: (run: RunSetting) => Promise<T>,
  {threads = availableParallelism()}: {readonly threads?: number} = {},
): Promise<T> {
  const slots = limiter(threads);
  const pools = new Map<string, Tinypool>();
  const poolOf = (id: string) => {
    // Code that has run another experiment is slower: threads of one experiment run no other.
    const pool = pools.get(id) ?? openPool(threads);
    pools.set(id, pool);
    return pool;
  };
  const run: RunSetting = (id, {params}, signal) =>
    slots(async () => {
      signal?.throwIfAborted();
      const {needsOf} = await loadExperiment(id);
      const data = await sharedData(needsOf(params as never));
      return (await poolOf(id).run({id, params, data} satisfies SweepTask)) as TimedTables;
    });
  try {
    return await use(run);
  } finally {
    await Promise.all([...pools.values()].map((pool) => pool.destroy()));
  }
}

/** Runs a setting and gives its tables, without the seconds that it took. */
export function tablesBy(run: RunSetting): SweepPool["run"] {
  return async (id, params, signal) => (await run(id, {params, key: ""} as PlannedSetting, signal)).tables;
}

function openPool(threads: number): Tinypool {
  const isSource = import.meta.url.endsWith(".ts");
  return new Tinypool({
    filename: new URL(isSource ? "./worker.ts" : "./worker.js", import.meta.url).href,
    ...(isSource ? {execArgv: readTypeScript()} : {}),
    minThreads: 0,
    maxThreads: threads,
    // A thread without work gives its memory back to the next experiment's.
    idleTimeout: 500,
  });
}

/** `--import tsx` does nothing on a thread that is not the main one: there it must be asked to register. */
function readTypeScript(): string[] {
  const code = `import {register} from ${JSON.stringify(import.meta.resolve("tsx/esm/api"))}; register();`;
  return ["--import", `data:text/javascript,${encodeURIComponent(code)}`];
}

/** Lets work begin in the order in which it comes, at most `limit` at a time. */
function limiter(limit: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let free = limit;
  return async (work) => {
    if (free > 0) free--;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else free++;
    }
  };
}

const shared = new Map<string, Promise<TensorSet>>();

async function sharedData(names: readonly string[]): Promise<DataSets> {
  const sets = names.map(async (name) => {
    const set = shared.get(name) ?? loadTensors(dataSetPath(name)).then(inSharedMemory);
    shared.set(name, set);
    return [name, await set] as const;
  });
  return new Map(await Promise.all(sets));
}

/** The same tensors in memory that all threads see; a message to a thread then holds no number of them. */
function inSharedMemory(tensors: TensorSet): TensorSet {
  const copies = [...tensors].map(([name, {shape, data}]) => {
    const copy = new Float32Array(new SharedArrayBuffer(data.byteLength));
    copy.set(data);
    return [name, {shape, data: copy}] as const;
  });
  return new Map(copies);
}
