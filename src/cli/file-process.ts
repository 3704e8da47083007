/** Runs an experiment on a stranger's file in a child process that is ended if it stops answering. */
import {fork} from "node:child_process";
import type {TableRows} from "../lib/experiment/columns.js";
import type {FileJob, FileReply} from "./file-job.js";

export interface FileProcessOptions {
  /** Seconds that a single step (opening the file, one tensor in one format, one token) may take. */
  readonly timeLimit: number;
  readonly progress: (share: number, what?: string) => void;
}

/** A way to run a job: in a child process, or in this one. */
export type FileRunner = (job: FileJob, options: FileProcessOptions) => Promise<TableRows>;

/**
 * The tables of the job.
 * @throws Error, a RangeError where the child's was one, with the child's message, or saying that it took too long or ended by itself.
 */
export const runOnFile: FileRunner = (job, {timeLimit, progress}) => {
  const isSource = import.meta.url.endsWith(".ts");
  const module = new URL(isSource ? "./file-child.ts" : "./file-child.js", import.meta.url);
  const child = fork(module, [String(process.pid)], {
    serialization: "advanced",
    stdio: ["ignore", "ignore", "inherit", "ipc"],
    ...(isSource ? {execArgv: ["--import", import.meta.resolve("tsx")]} : {}),
  });
  const paths = Object.values(job.files).join(", ");
  return new Promise((resolve, reject) => {
    const end = (settle: () => void) => {
      clearTimeout(timer);
      child.removeAllListeners();
      child.kill("SIGKILL");
      settle();
    };
    const tooLong = () =>
      end(() =>
        reject(
          new Error(
            `${paths}: a step took longer than ${timeLimit} s and was ended. --timeLimit allows more.`,
          ),
        ),
      );
    let timer = setTimeout(tooLong, 1000 * timeLimit);
    child.on("message", (reply: FileReply) => {
      clearTimeout(timer);
      timer = setTimeout(tooLong, 1000 * timeLimit);
      if (reply.kind === "progress") progress(reply.share, reply.what);
      else if (reply.kind === "tables") end(() => resolve(reply.tables));
      else end(() => reject(new (reply.isRange ? RangeError : Error)(reply.message)));
    });
    child.on("error", (error) => end(() => reject(error)));
    child.on("exit", (code, signal) =>
      end(() => reject(new Error(`${paths}: the process that read it ended by itself (${signal ?? code})`))),
    );
    child.send(job);
  });
};
