/** Work on a stranger's files that gives its results as they come: a child process does it for a command. */
import type {Tell, Work, WorkJob} from "./file-job.js";

/** Loaded when asked for: a child needs one of them. */
const WORKS: Readonly<Record<string, () => Promise<Work>>> = {
  measure: async () => (await import("../quantize/measure-work.js")).measureWork,
  write: async () => (await import("../quantize/write-work.js")).writeWork,
  "export-onnx": async () => (await import("../export-onnx/export-work.js")).exportWork,
  diff: async () => (await import("./diff-work.js")).diffWork,
};

/** Does the work of a job. @throws RangeError for work that nobody does, or as that work. */
export async function runWork({work, options}: WorkJob, tell: Tell): Promise<unknown> {
  if (!Object.hasOwn(WORKS, work)) {
    throw new RangeError(`runWork: work must be one of ${Object.keys(WORKS).join(", ")}, got ${work}`);
  }
  return (await WORKS[work]())(options as never, tell);
}
