/** Runs an experiment on a stranger's file in a child process that is ended if it stops answering. */
import {fork} from "node:child_process";
import type {TableRows} from "../../lib/experiment/columns.js";
import {complain} from "../terminal/print.js";
import type {FileJob, FileReply, WorkJob} from "./file-job.js";

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
export const runOnFile: FileRunner = async (job, options) =>
  (await inChild(job, Object.values(job.files), options)) as TableRows;

/** Options of work that gives its results as they come. */
export interface WorkOptions extends FileProcessOptions {
  /** Told each part of the result. What it throws ends the work. */
  readonly part: (part: unknown) => void;
}

/** The result of a command's work in a child process. @throws as {@link runOnFile}, or what `part` throws. */
export const runWorkOnFile = (job: WorkJob, options: WorkOptions): Promise<unknown> =>
  inChild(job, job.paths, options);

function inChild(
  job: FileJob | WorkJob,
  paths: readonly string[],
  {timeLimit, progress, part}: FileProcessOptions & Partial<WorkOptions>,
): Promise<unknown> {
  const isSource = import.meta.url.endsWith(".ts");
  const module = new URL(isSource ? "./file-child.ts" : "./file-child.js", import.meta.url);
  const child = fork(module, [String(process.pid)], {
    serialization: "advanced",
    stdio: ["ignore", "ignore", "pipe", "ipc"],
    ...(isSource ? {execArgv: ["--import", import.meta.resolve("tsx")]} : {}),
  });
  // What it says there, were it to crash, may hold what the file says.
  child.stderr?.setEncoding("utf8").on("data", (said: string) => complain(said.trimEnd()));
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
            `${paths.join(", ")}: a step took longer than ${timeLimit} s and was ended. --timeLimit allows more.`,
          ),
        ),
      );
    const takePart = (given: unknown) => {
      try {
        part?.(given);
      } catch (error) {
        end(() => reject(error));
      }
    };
    let timer = setTimeout(tooLong, 1000 * timeLimit);
    child.on("message", (reply: FileReply) => {
      clearTimeout(timer);
      timer = setTimeout(tooLong, 1000 * timeLimit);
      if (reply.kind === "progress") progress(reply.share, reply.what);
      else if (reply.kind === "part") takePart(reply.part);
      else if (reply.kind === "done") end(() => resolve(reply.result));
      else if (reply.isRange) end(() => reject(new RangeError(reply.message)));
      else end(() => reject(new Error(withPath(paths, reply.message))));
    });
    child.on("error", (error) => end(() => reject(error)));
    child.on("exit", (code, signal) =>
      end(() =>
        reject(
          new Error(`${paths.join(", ")}: the process that read it ended by itself (${signal ?? code})`),
        ),
      ),
    );
    child.send(job);
  });
}

/** A message about files that names them, whether the reader knew their names or not. */
function withPath(paths: readonly string[], message: string): string {
  return paths.some((path) => message.includes(path)) ? message : `${paths.join(", ")}: ${message}`;
}
