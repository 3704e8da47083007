#!/usr/bin/env node
/** Entry point of `paretoscope`. */
import {nodeProblem} from "./node-version.js";
import {complain} from "./terminal/print.js";

// A reader such as `head` may close the pipe early: that is no failure.
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));
// Node itself would print the message, and with it what a file says, as it is.
process.on("uncaughtException", (error) => {
  complain(error instanceof Error ? (error.stack ?? error.message) : String(error));
  process.exit(1);
});

const problem = nodeProblem();
if (problem === undefined) {
  // Loaded only now: an older Node fails somewhere within.
  const {main} = await import("./command-line.js");
  process.exitCode = await main(process.argv.slice(2));
} else {
  complain(problem);
  process.exitCode = 2;
}
