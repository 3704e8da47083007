import {randomUUID} from "node:crypto";
import {link, readFile, rm, writeFile} from "node:fs/promises";

/**
 * Does `work` while no other process does it under the same lock file; waits for one that is at it. The lock of a
 * process that died is taken over.
 * @param waiting is told once if there is another, with the number of its process
 */
export async function exclusively<T>(
  lock: string,
  work: () => Promise<T>,
  {waiting, pauseMs = 500}: {readonly waiting: (pid: number) => void; readonly pauseMs?: number},
): Promise<T> {
  for (let isFirst = true; !(await taken(lock)); isFirst = false) {
    const holder = Number(await readFile(lock, "utf8").catch(() => ""));
    if (!isAlive(holder)) await rm(lock, {force: true});
    else {
      if (isFirst) waiting(holder);
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }
  try {
    return await work();
  } finally {
    await rm(lock, {force: true});
  }
}

/** Whether the lock is now this process's. */
async function taken(lock: string): Promise<boolean> {
  // A link appears with its content: nobody finds a lock without its holder.
  const own = `${lock}.${randomUUID()}`;
  await writeFile(own, String(process.pid));
  try {
    await link(own, lock);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    await rm(own);
  }
}

function isAlive(pid: number): boolean {
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // A process of somebody else may not be signalled, but is there.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
