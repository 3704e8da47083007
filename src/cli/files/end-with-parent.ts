/** The end of a child process whose parent was killed. */
import {Worker} from "node:worker_threads";

/** Looks after the parent from a thread of its own: the main one may be in a loop that never ends. */
const WATCH = `
  const {workerData} = require("node:worker_threads");
  setInterval(() => {
    if (process.ppid !== workerData) process.kill(process.pid, "SIGKILL");
  }, 250);
`;

/** Has this process end soon after process `parent`, its parent, did, whatever it is doing. */
export function endWithParent(parent: number): void {
  new Worker(WATCH, {eval: true, workerData: parent, execArgv: []}).unref();
}
