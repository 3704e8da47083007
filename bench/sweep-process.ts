/** A process of the bench of sweeps: `shard I N FOLDER` runs a part of the sweep, `worker URL` serves a queue. */
import {say} from "../src/cli/terminal/print.js";
import {fillSweep} from "../src/data/sweep/fill.js";
import {shardOf} from "../src/data/sweep/plan.js";
import {withSweepPool} from "../src/data/sweep/pool.js";
import {serveQueue} from "../src/data/sweep/queue/serve.js";
import {loadExperiment} from "../src/lib/experiments/registry.js";
import {sweepPlan, untouched, VERSIONS} from "./benches/sweep-plan.js";

async function shard(index: number, count: number, folder: string): Promise<void> {
  const plan = sweepPlan();
  const {runTables} = await loadExperiment(plan.experiment.id);
  const run = async (_: string, {params}: {params: unknown}) => ({
    tables: await runTables(params as never),
    seconds: 0,
  });
  await fillSweep(folder, untouched(plan), run, {settings: shardOf(plan, {index, count})});
}

/** Ends when it is killed. */
function worker(url: string): Promise<void> {
  const {signal} = new AbortController();
  const versionsOf = async () => VERSIONS;
  return withSweepPool(
    (run) => serveQueue(url, {run, threads: 1, leaseSeconds: 10, tell: say, versionsOf, signal}),
    {threads: 1},
  );
}

const [way, ...args] = process.argv.slice(2);
if (way === "shard") await shard(Number(args[0]), Number(args[1]), args[2]);
else await worker(args[0]);
