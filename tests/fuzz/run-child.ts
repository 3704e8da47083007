/** Runs a fuzz job in a process of its own, and goes on behind a mutant that hangs or ends it. */
import {fork} from "node:child_process";
import {readFileSync, writeFileSync} from "node:fs";
import type {Finding, FuzzJob, FuzzReply, Place} from "./child.js";

/** Seconds that one reading may take before its process is ended. */
const LIMIT = 20;
/** The same for a target that {@link FuzzTarget.needsLimit}. */
const SHORT_LIMIT = 2;
/** Seconds that a process may take to begin: on a busy machine longer than a reading. */
const BEGIN = 120;
/** The number of the mutant being read while there is none yet. */
const NONE = -1;
/** Megabytes that the objects of a child may take. */
const HEAP = 512;

/** Mutants of a job: how many were read, refused or ended, and what was found. */
export interface FuzzResult extends FuzzReply {
  readonly ended: number;
}

/** The result of a job; what hung or ended the process is among its findings, unless the target may. */
export async function runJob(
  job: FuzzJob,
  {mayEnd, until}: {readonly mayEnd: boolean; readonly until: number},
): Promise<FuzzResult> {
  const findings: Finding[] = [];
  const before = {read: 0, refused: 0};
  for (let from = job.from; ; ) {
    // A job whose time is over ends with what it has.
    const isOver = Date.now() > until;
    const end = await runOnce({...job, from, to: isOver ? from : job.to}, mayEnd ? SHORT_LIMIT : LIMIT);
    if (typeof end !== "string") {
      const all = [...findings, ...end.findings];
      const counts = {read: before.read + end.read, refused: before.refused + end.refused};
      return {...end, ...counts, findings: mayEnd ? end.findings : all, ended: mayEnd ? findings.length : 0};
    }
    const [number, read, refused] = readPlace(job.place);
    if (number === NONE) throw new Error(`fuzz: a process could not begin: ${end}`);
    before.read += read;
    before.refused += refused;
    findings.push({number, why: end});
    from = number + 1;
  }
}

/** The reply, or the way in which the process ended without one. */
function runOnce(job: FuzzJob, limit: number): Promise<FuzzReply | string> {
  writeFileSync(job.place, new Float64Array([NONE, 0, 0] satisfies Place));
  const child = fork(new URL("./child.ts", import.meta.url), {
    execArgv: ["--import", import.meta.resolve("tsx"), `--max-old-space-size=${HEAP}`],
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
  return new Promise((resolve) => {
    let [last, since] = [NONE, Date.now()];
    const watch = setInterval(() => {
      const [number] = readPlace(job.place);
      if (number !== last) [last, since] = [number, Date.now()];
      else if (Date.now() - since > 1000 * (number === NONE ? BEGIN : limit))
        end(`it took more than ${limit} s`);
    }, 250);
    const end = (result: FuzzReply | string) => {
      clearInterval(watch);
      child.removeAllListeners();
      child.kill("SIGKILL");
      resolve(result);
    };
    child.on("message", (reply: FuzzReply) => end(reply));
    child.on("exit", (code, signal) => end(`it ended the process (${signal ?? code})`));
    child.send(job);
  });
}

function readPlace(place: string): Place {
  const [number, read, refused] = new Float64Array(new Uint8Array(readFileSync(place)).buffer);
  return [number, read, refused];
}
