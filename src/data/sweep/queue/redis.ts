/** The queue of settings on Redis or Valkey, by BullMQ: an optional package, loaded when a queue is asked for. */
import type * as Bullmq from "bullmq";

/** The one queue of a server: a job says which experiment it is of. */
export const QUEUE = "sweeps";
/** Prefix of every key on the server. */
export const PREFIX = "paretoscope";

/** A setting on its way to a worker; the id of the job is the key. */
export interface SettingJob {
  readonly id: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/**
 * Loads BullMQ.
 * @throws Error saying how to install it where it is not.
 */
export async function loadBullmq(): Promise<typeof Bullmq> {
  try {
    await import("ioredis");
    return await import("bullmq");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw error;
    throw new Error(
      "a queue needs the packages bullmq and ioredis, which are optional. Install them: npm install bullmq ioredis",
    );
  }
}

/** The address of a server without the password in it. */
export function shownAddress(url: string): string {
  return url.replace(/\/\/[^@/]*@/, "//…@");
}

/**
 * Makes sure that a server answers: BullMQ itself would wait for it for ever.
 * @throws Error naming the address if it does not.
 */
export async function requireServer(url: string): Promise<void> {
  const {Redis} = await import("ioredis");
  const client = new Redis(url, {lazyConnect: true, retryStrategy: () => null, maxRetriesPerRequest: 0});
  let reason = "";
  client.on("error", (error: Error) => {
    reason = error.message;
  });
  try {
    await client.connect();
    await client.ping();
  } catch (error) {
    throw new Error(
      `--queue must be the address of a Redis or Valkey that answers, got ${shownAddress(url)}: ${reason || (error as Error).message}`,
    );
  } finally {
    client.disconnect();
  }
}

/** Options that all who talk to the queue have in common; a lost connection is tried again for ever. */
export function connection(url: string): {
  readonly connection: {readonly url: string};
  readonly prefix: string;
} {
  return {connection: {url}, prefix: PREFIX};
}
