/** `paretoscope sweep` and `paretoscope worker`: the table of an experiment, made on as many machines as there are. */
import {existsSync} from "node:fs";
import {availableParallelism} from "node:os";
import {isStill, sentenceOn} from "../data/sweep/all-sweeps.js";
import {codeVersions} from "../data/sweep/code-version.js";
import {type FillOptions, fillSweep, type RunSetting} from "../data/sweep/fill.js";
import {planSweep, type SweepPlan, shardOf} from "../data/sweep/plan.js";
import {withSweepPool} from "../data/sweep/pool.js";
import {withQueue} from "../data/sweep/queue/send.js";
import {serveQueue} from "../data/sweep/queue/serve.js";
import type {SettingRun} from "../data/sweep/setting-run.js";
import {sweepState, writeKept} from "../data/sweep/store.js";
import {KEPT} from "../data/sweep/table.js";
import {allTables} from "../lib/experiment/columns.js";
import type {Experiment} from "../lib/experiment/experiment.js";
import {joinSettings, sweepSettings} from "../lib/experiment/sweep.js";
import {experimentMetadata, withGivenColumns} from "../lib/experiment/table.js";
import {remarkIdle} from "./options/param-options.js";
import {experimentOf} from "./run.js";
import {tablesWriter} from "./terminal/output.js";
import {say} from "./terminal/print.js";
import {progressLine} from "./terminal/progress.js";
import {type Call, integers, type OptionSpecs, readCall, text, UsageError} from "./terminal/usage.js";

export const SWEEP_OPTIONS = {
  shard: {
    value: "I/N",
    help: "run only the I-th of N parts of the settings; the sweep without it joins them",
  },
  queue: {value: "URL", help: "have the settings run by the workers of this Redis or Valkey"},
  threads: {value: "COUNT", help: "settings at a time in this process (as many as there are processors)"},
  out: {value: "FILE", help: "write the table as .arrow, .csv or .json too; further tables beside it"},
  kept: {
    value: "FOLDER",
    help: "where rows are kept; may be shared between machines (src/data/kept or ./kept)",
  },
} as const satisfies OptionSpecs;

export const WORKER_OPTIONS = {
  queue: {value: "URL", help: "the Redis or Valkey whose settings to run"},
  threads: SWEEP_OPTIONS.threads,
  lease: {value: "SECONDS", help: "after which the settings of a worker that died go to others (10)"},
} as const satisfies OptionSpecs;

/** Runs `paretoscope sweep EXPERIMENT …`. */
export async function sweepCommand([id, ...args]: readonly string[]): Promise<void> {
  const experiment = await experimentOf("sweep", id?.startsWith("-") ? undefined : id);
  const command = `sweep ${experiment.id}`;
  const call = readCall(command, args, SWEEP_OPTIONS);
  requireNothing(command, call);
  if (experiment.sweep.length === 0) throw new UsageError(`${command}: the experiment has no sweep`);
  const [shard, url] = [shardFrom(command, call), text(call, "queue")];
  if (shard !== undefined && url !== undefined) {
    throw new UsageError(`${command}: one of --shard and --queue must be given, got both`);
  }
  remarkIdle(command, call, {threads: url !== undefined && "beside --queue, whose workers have their own"});
  const write = writerFrom(command, experiment, call, shard !== undefined);
  const folder = text(call, "kept") ?? (existsSync(KEPT) ? KEPT : "kept");
  const plan = await planSweep(experiment, await codeVersions([experiment]));
  const threads = threadsOf(command, call);
  const withRun = <T>(use: (run: RunSetting) => Promise<T>) =>
    url === undefined ? withSweepPool(use, {threads}) : withQueue(url, use);
  const runs = await fillShard(folder, plan, shard, withRun);
  await write?.(tablesOfSweep(plan, runs));
}

/** The tables of a sweep: the same whoever ran its settings, when and in which order. */
function tablesOfSweep({experiment, settings}: SweepPlan, runs: readonly SettingRun[]) {
  const byKey = new Map(runs.map((run) => [run.key, run]));
  const inOrder = settings.map(({key}) => byKey.get(key)).filter((run) => run !== undefined);
  const columns = allTables(experiment);
  const rows = joinSettings(
    Object.keys(columns),
    inOrder.map(({tables}) => tables),
  );
  const metadata = experimentMetadata(experiment, sweepSettings(experiment));
  const tables = Object.entries(columns).map(
    ([name, own]) => [name, {columns: withGivenColumns(own, true), rows: rows[name], metadata}] as const,
  );
  return Object.fromEntries(tables);
}

/** Runs what a sweep or a part of it lacks; a whole sweep is then written as a table. */
async function fillShard(
  folder: string,
  plan: SweepPlan,
  shard: Parameters<typeof shardOf>[1] | undefined,
  withRun: <T>(use: (run: RunSetting) => Promise<T>) => Promise<T>,
): Promise<readonly SettingRun[]> {
  const state = await sweepState(folder, plan);
  const own = shard === undefined ? plan.settings : shardOf(plan, shard);
  const settings = own.filter(({key}) => !state.have.has(key));
  const line = progressLine();
  let done = 0;
  let runs: readonly SettingRun[] = [...state.have.values()];
  const options: FillOptions = {
    settings,
    isStill,
    done: () => line.update(++done / settings.length, `${done} of ${settings.length} settings`),
  };
  try {
    if (settings.length > 0) runs = await withRun((run) => fillSweep(folder, state, run, options));
    if (shard === undefined) await writeKept(folder, state, runs);
  } finally {
    line.stop();
  }
  const part =
    shard && `${plan.experiment.id}: ${settings.length} of ${own.length} settings of the shard run`;
  say(part ?? sentenceOn(state));
  return runs;
}

/** Runs `paretoscope worker …` until it is told to end by SIGINT or SIGTERM. */
export async function workerCommand(args: readonly string[]): Promise<void> {
  const call = readCall("worker", args, WORKER_OPTIONS);
  requireNothing("worker", call);
  const url = text(call, "queue");
  if (url === undefined) throw new UsageError("worker: --queue must name a Redis or Valkey, redis://…");
  const threads = threadsOf("worker", call);
  const [leaseSeconds] = integers("worker", call, "lease") ?? [10];
  const ending = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => ending.abort());
  await withSweepPool(
    (run) => serveQueue(url, {run, threads, leaseSeconds, tell: say, signal: ending.signal}),
    {threads},
  );
}

/** Writer of the tables of `--out`; undefined if none is wanted. */
function writerFrom(command: string, experiment: Experiment, call: Call, isShard: boolean) {
  const out = text(call, "out");
  if (out === undefined) return undefined;
  if (isShard) throw new UsageError(`${command}: --out takes a whole sweep, and --shard is a part of one`);
  return tablesWriter(command, Object.keys(allTables(experiment)), {out});
}

function requireNothing(command: string, {positionals}: Call): void {
  if (positionals.length > 0)
    throw new UsageError(`${command}: nothing may follow, got ${positionals.join(" ")}`);
}

function threadsOf(command: string, call: Call): number {
  const [threads] = integers(command, call, "threads") ?? [availableParallelism()];
  return threads;
}

function shardFrom(command: string, call: Call): {index: number; count: number} | undefined {
  const given = text(call, "shard");
  if (given === undefined) return undefined;
  const [index, count] = (/^(\d{1,9})\/(\d{1,9})$/.exec(given) ?? []).slice(1).map(Number);
  if (!(index >= 1 && index <= count)) {
    throw new UsageError(`${command}: --shard must be I/N with I from 1 to N, got ${JSON.stringify(given)}`);
  }
  return {index, count};
}
