/** The child process that opens a stranger's file: it may hang or run out of memory, and its parent lives on. */
import {endWithParent} from "./end-with-parent.js";
import type {FileJob, FileReply, WorkJob} from "./file-job.js";
import {runJob} from "./file-work.js";
import {runWork} from "./works.js";

endWithParent(Number(process.argv[2]));
// A terminal interrupts both: the parent says so, and this process ends with it.
process.on("SIGINT", () => {});

const say = (reply: FileReply) =>
  new Promise<void>((resolve, reject) =>
    process.send!(reply, (error: Error | null) => (error ? reject(error) : resolve())),
  );

process.once("message", async (job: FileJob | WorkJob) => {
  const progress = (share: number, what?: string) => {
    say({kind: "progress", share, ...(what === undefined ? {} : {what})});
  };
  try {
    const result =
      "work" in job
        ? await runWork(job, {progress, part: (part) => say({kind: "part", part})})
        : await runJob(job, progress);
    await say({kind: "done", result});
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    await say({kind: "failed", message, isRange: error instanceof RangeError});
  }
  process.disconnect();
});
