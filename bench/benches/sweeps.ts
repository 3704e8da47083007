import {type ChildProcess, spawn} from "node:child_process";
import {once} from "node:events";
import {mkdtemp, rm} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {fileURLToPath} from "node:url";
import {findRedis} from "../../scripts/redis.js";
import {startRedis} from "../../scripts/redis-server.js";
import {fillSweep, type RunSetting} from "../../src/data/sweep/fill.js";
import {withSweepPool} from "../../src/data/sweep/pool.js";
import {withQueue} from "../../src/data/sweep/queue/send.js";
import {kinetics} from "../../src/lib/experiments/accel/kinetics.js";
import type {Contest, PeerApart} from "../harness/contest.js";
import {SETTINGS, sweepPlan, untouched} from "./sweep-plan.js";

/** Runs of each side that has processes or threads of its own: they take seconds, and their start counts. */
const RUNS = 3;
const WORKERS = [1, 2, 4] as const;

const plan = sweepPlan();

/** The runs alone: what all ways are held against. */
async function plainLoop(): Promise<void> {
  for (const {params} of plan.settings) await kinetics.runTables(params as never);
}

/** Fills the sweep in a folder of its own, which is removed. */
async function fill(run: RunSetting): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "bench-sweep-"));
  try {
    await fillSweep(folder, untouched(plan), run);
  } finally {
    await rm(folder, {recursive: true});
  }
}

const inThisProcess: RunSetting = async (_, {params}) => ({
  tables: (await kinetics.runTables(params as never)) as never,
  seconds: 0,
});

function startProcess(...args: readonly string[]): ChildProcess {
  const file = fileURLToPath(new URL("sweep-process.js", import.meta.url));
  return spawn(process.execPath, [file, ...args], {stdio: ["ignore", "pipe", "inherit"]});
}

async function byShards(count: number): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "bench-shards-"));
  const shards = Array.from({length: count}, (_, i) => startProcess("shard", `${i + 1}`, `${count}`, folder));
  await Promise.all(shards.map((shard) => once(shard, "exit")));
  await rm(folder, {recursive: true});
}

/** Fills the sweep by a queue whose workers are there already. */
async function queueSeconds(workers: number): Promise<number> {
  const server = await startRedis();
  const processes = Array.from({length: workers}, () => startProcess("worker", server.url));
  try {
    // A worker says its first line when it serves.
    await Promise.all(processes.map(({stdout}) => once(stdout!, "data")));
    for (const {stdout} of processes) stdout!.resume();
    return await secondsOf(() => withQueue(server.url, fill));
  } finally {
    for (const each of processes) each.kill("SIGKILL");
    await server.stop();
  }
}

async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1e3;
}

async function apart(name: string, seconds: () => Promise<number>): Promise<PeerApart> {
  const all: number[] = [];
  for (let run = 0; run < RUNS; run++) all.push(await seconds());
  return {name, seconds: all};
}

const count = (workers: number, what: string) => `${workers} ${what}${workers === 1 ? "" : "s"}`;

/** Cost of a setting by each way to run a sweep, with 1, 2 and 4 workers. */
export const sweeps: readonly Contest[] = [
  {
    name: "sweep-10000",
    title: "one of 10,000 small settings, kept",
    unit: "ms",
    samples: 15,
    slow: true,
    async prepare() {
      const peers: PeerApart[] = [];
      for (const workers of WORKERS) {
        const pool = () => secondsOf(() => withSweepPool(fill, {threads: workers}));
        peers.push(await apart(`pool of ${count(workers, "thread")}`, pool));
        const shards = () => secondsOf(() => byShards(workers));
        peers.push(await apart(`${count(workers, "shard")}, a process each`, shards));
        if (findRedis() === undefined) continue;
        peers.push(await apart(`queue, ${count(workers, "worker")}`, () => queueSeconds(workers)));
      }
      return {
        work: SETTINGS,
        ours: () => fill(inThisProcess),
        peers: [{name: "the runs alone, nothing kept", run: plainLoop}, ...peers],
      };
    },
  },
];
