/** The child process that opens a stranger's file: it may hang or run out of memory, and its parent lives on. */
import {endWithParent} from "./end-with-parent.js";
import type {FileJob, FileReply} from "./file-job.js";
import {runJob} from "./file-work.js";

endWithParent(Number(process.argv[2]));

const say = (reply: FileReply) =>
  new Promise<void>((resolve, reject) =>
    process.send!(reply, (error: Error | null) => (error ? reject(error) : resolve())),
  );

process.once("message", async (job: FileJob) => {
  try {
    const tables = await runJob(job, (share, what) => {
      say({kind: "progress", share, ...(what === undefined ? {} : {what})});
    });
    await say({kind: "tables", tables});
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    await say({kind: "failed", message, isRange: error instanceof RangeError});
  }
  process.disconnect();
});
