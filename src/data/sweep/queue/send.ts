/** Has the settings of a sweep run by the workers of a queue. */
import type {Queue, QueueEvents} from "bullmq";
import type {RunSetting, TimedTables} from "../fill.js";
import type {PlannedSetting} from "../plan.js";
import {runFromLine} from "../setting-run.js";
import {connection, loadBullmq, QUEUE, requireServer, type SettingJob} from "./redis.js";

/** Results stay on the server so long, in seconds: a sweep that was interrupted finds them. */
const RESULT_SECONDS = 24 * 3600;

/** A setting that was sent and whose rows have not come. */
interface Pending extends SettingJob {
  readonly resolve: (result: TimedTables) => void;
  readonly reject: (error: unknown) => void;
  readonly signal: AbortSignal | undefined;
}

/**
 * Opens the queue at `url`, hands what has a setting run by a worker to `use` and closes it afterwards.
 * Answers of the server are compared with what is awaited every `lookSeconds`: a server that lost its memory is told
 * again.
 * @throws Error if BullMQ is not installed or no server answers.
 */
export async function withQueue<T>(
  url: string,
  use: (run: RunSetting) => Promise<T>,
  {lookSeconds = 3}: {readonly lookSeconds?: number} = {},
): Promise<T> {
  const bullmq = await loadBullmq();
  await requireServer(url);
  const queue = new bullmq.Queue<SettingJob, string>(QUEUE, connection(url));
  const events = new bullmq.QueueEvents(QUEUE, connection(url));
  const pending = new Map<string, Pending>();
  // A connection that breaks is made again; what it missed is looked up.
  queue.on("error", () => {});
  events.on("error", () => {});
  listen(events, pending);
  await events.waitUntilReady();
  const timer = setInterval(() => look(queue, pending).catch(() => {}), 1000 * lookSeconds);
  try {
    return await use(sender(queue, pending));
  } finally {
    clearInterval(timer);
    await Promise.all([queue.close(), events.close()]);
  }
}

function listen(events: QueueEvents, pending: Map<string, Pending>): void {
  events.on("completed", ({jobId, returnvalue}) => settle(pending, jobId, returnvalue));
  events.on("failed", ({jobId, failedReason}) => fail(pending, jobId, failedReason));
}

function settle(pending: Map<string, Pending>, key: string, line: string): void {
  const one = pending.get(key);
  pending.delete(key);
  one?.resolve(runFromLine(line));
}

function fail(pending: Map<string, Pending>, key: string, reason: string): void {
  const one = pending.get(key);
  pending.delete(key);
  one?.reject(new Error(reason));
}

/** Sends settings, those asked for in one turn of the event loop together. */
function sender(queue: Queue<SettingJob, string>, pending: Map<string, Pending>): RunSetting {
  let batch: string[] = [];
  const heard = new WeakSet<AbortSignal>();
  const send = async () => {
    const keys = batch;
    batch = [];
    try {
      await removeFailed(queue, new Set(keys));
      await addAll(queue, pending, keys);
      await look(queue, pending);
    } catch (error) {
      for (const key of keys) fail(pending, key, (error as Error).message);
    }
  };
  return (id, {key, params}: PlannedSetting, signal) =>
    new Promise((resolve, reject) => {
      pending.set(key, {id, params, resolve, reject, signal});
      if (batch.length === 0) setImmediate(send);
      batch.push(key);
      if (signal === undefined || heard.has(signal)) return;
      // One listener for all settings of a sweep, which may be very many.
      heard.add(signal);
      signal.addEventListener("abort", () => withdraw(queue, pending, signal), {once: true});
    });
}

/** Tries anew the settings that failed in an earlier sweep. */
async function removeFailed(queue: Queue<SettingJob, string>, keys: ReadonlySet<string>): Promise<void> {
  const failed = await queue.getRanges(["failed"], 0, -1);
  await Promise.all(failed.filter((key) => keys.has(key)).map((key) => queue.remove(key)));
}

/** A job of a key that is on the server already is not added again. */
async function addAll(
  queue: Queue<SettingJob, string>,
  pending: ReadonlyMap<string, Pending>,
  keys: readonly string[],
): Promise<void> {
  const jobs = keys.flatMap((key) => {
    const one = pending.get(key);
    if (one === undefined) return [];
    const keep = {age: RESULT_SECONDS};
    return [
      {
        name: one.id,
        data: {id: one.id, params: one.params},
        opts: {jobId: key, removeOnComplete: keep, removeOnFail: keep},
      },
    ];
  });
  await queue.addBulk(jobs);
}

/** Takes results whose events were missed, and adds what the server does not know any more. */
async function look(queue: Queue<SettingJob, string>, pending: Map<string, Pending>): Promise<void> {
  const known = new Set<string>();
  for (const state of ["completed", "failed", "active", "waiting", "delayed"] as const) {
    for (const key of await queue.getRanges([state], 0, -1)) {
      known.add(key);
      if (!pending.has(key) || (state !== "completed" && state !== "failed")) continue;
      const job = await queue.getJob(key);
      if (job && state === "completed") settle(pending, key, job.returnvalue);
      if (job && state === "failed") fail(pending, key, job.failedReason);
    }
  }
  // Between two states a job is in neither of the lists: adding what is there changes nothing.
  await addAll(
    queue,
    pending,
    [...pending.keys()].filter((key) => !known.has(key)),
  );
}

/** A sweep that failed wants nothing more: what no worker has begun leaves the queue. */
function withdraw(
  queue: Queue<SettingJob, string>,
  pending: Map<string, Pending>,
  signal: AbortSignal,
): void {
  for (const [key, one] of pending) {
    if (one.signal !== signal) continue;
    pending.delete(key);
    one.reject(signal.reason);
    queue.remove(key).catch(() => {});
  }
}
