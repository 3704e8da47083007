/** Runs settings that a queue holds. */
import type {Job} from "bullmq";
import {loadExperiment} from "../../../lib/experiments/registry.js";
import type {Params, ParamValues} from "../../../lib/technique/params.js";
import {codeVersions} from "../code-version.js";
import type {RunSetting} from "../fill.js";
import {keyOf, planSweep, type SweepPlan} from "../plan.js";
import {circumstances, runToLine} from "../setting-run.js";
import {connection, loadBullmq, QUEUE, requireServer, type SettingJob} from "./redis.js";

/** Options of a worker. */
export interface ServeOptions {
  readonly run: RunSetting;
  /** Settings at a time. */
  readonly threads: number;
  /** Seconds after which the settings of a worker that died go to others. */
  readonly leaseSeconds: number;
  readonly tell: (line: string) => void;
  /** Gives the versions of the code of experiments; by default of the code here. */
  readonly versionsOf?: typeof codeVersions;
  /** Ends the serving when what is at work is done. */
  readonly signal: AbortSignal;
}

/** Milliseconds that a refused setting waits for another worker. */
const REFUSED_MS = 500;
/** Times that the settings of a worker that died may go to another one. */
const DEATHS = 100;

/**
 * Serves the queue at `url` until the signal comes. A setting whose key is another with this worker's code, data or
 * packages is refused: it goes back into the queue for a worker that has the right ones.
 * @throws Error if BullMQ is not installed or no server answers.
 */
export async function serveQueue(
  url: string,
  {run, threads, leaseSeconds, tell, signal, versionsOf = codeVersions}: ServeOptions,
): Promise<void> {
  const bullmq = await loadBullmq();
  await requireServer(url);
  const planOf = memoizedPlans(versionsOf);
  const refused = new Set<string>();
  const process = async (job: Job<SettingJob, string>, token?: string) => {
    const key = job.id!;
    const {id, params} = job.data;
    if (!(await isOwn(planOf, key, job.data))) {
      if (!refused.has(id))
        tell(`refused ${id}: this worker's code, data or packages are not those of the sweep`);
      refused.add(id);
      await job.moveToDelayed(Date.now() + REFUSED_MS, token);
      throw new bullmq.DelayedError();
    }
    const {tables, seconds} = await run(id, {key, params: params as ParamValues<Params>});
    tell(`${id} ${JSON.stringify(params)}: ${seconds} s`);
    return runToLine({key, tables, seconds, on: circumstances()});
  };
  const worker = new bullmq.Worker<SettingJob, string>(QUEUE, process, {
    ...connection(url),
    concurrency: threads,
    lockDuration: 1000 * leaseSeconds,
    stalledInterval: 1000 * leaseSeconds,
    maxStalledCount: DEATHS,
  });
  // A connection that breaks is made again, and a lease that was lost leaves the setting to another worker.
  worker.on("error", () => {});
  await worker.waitUntilReady();
  tell(`serving with ${threads} thread${threads === 1 ? "" : "s"}`);
  await new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener("abort", resolve, {once: true});
  });
  await worker.close();
}

type PlanOf = (id: string) => Promise<SweepPlan>;

function memoizedPlans(versionsOf: typeof codeVersions): PlanOf {
  const plans = new Map<string, Promise<SweepPlan>>();
  return (id) => {
    const plan = plans.get(id) ?? planNow(id, versionsOf);
    plans.set(id, plan);
    return plan;
  };
}

async function planNow(id: string, versionsOf: typeof codeVersions): Promise<SweepPlan> {
  const experiment = await loadExperiment(id);
  return planSweep(experiment, await versionsOf([experiment]));
}

/** True if this worker would give the setting the same key; false if it does not know experiment or parameters. */
async function isOwn(planOf: PlanOf, key: string, {id, params}: SettingJob): Promise<boolean> {
  try {
    return keyOf(await planOf(id), params as ParamValues<Params>) === key;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
