// npm run tables [-- --only GLOB] [--check]: runs what kept tables lack, or holds them against a new run.

import {parseArgs} from "node:util";
import {complain, say} from "../src/cli/terminal/print.js";
import {progressLine} from "../src/cli/terminal/progress.js";
import {fillAll, sentenceOn, sweepStates, sweptExperiments} from "../src/data/sweep/all-sweeps.js";
import type {RunSetting} from "../src/data/sweep/fill.js";
import {withSweepPool} from "../src/data/sweep/pool.js";
import {allKept, recheck, secondsOf} from "../src/data/sweep/recheck.js";
import {type SweepState, writeKept} from "../src/data/sweep/store.js";
import {KEPT} from "../src/data/sweep/table.js";
import {fitsGlob} from "./glob.js";
import {timeLeft} from "./time-left.js";

const {values} = parseArgs({
  options: {only: {type: "string", default: "*"}, check: {type: "boolean", default: false}},
});

async function chosenStates(): Promise<SweepState[]> {
  const chosen = (await sweptExperiments()).filter(({id}) => fitsGlob(id, values.only));
  if (chosen.length === 0) {
    throw new RangeError(`tables: --only must fit the id of an experiment with a sweep, got ${values.only}`);
  }
  return sweepStates(KEPT, chosen);
}

/** Runs what is missing and writes each table when it is complete. */
async function fill(states: readonly SweepState[], run: RunSetting): Promise<void> {
  const usual = new Map(states.flatMap((state) => state.missing.map(({key}) => [key, state.usualSeconds])));
  const line = progressLine();
  const clock = timeLeft([...usual.values()]);
  try {
    await fillAll(KEPT, states, run, {
      done: ({key}) => line.update(...clock(usual.get(key) ?? 1)),
      complete: async (state, runs) => {
        await writeKept(KEPT, state, runs);
        say(sentenceOn(state));
      },
    });
  } finally {
    line.stop();
  }
}

/** Runs all kept settings again; what differs goes to the terminal and fails. */
async function check(states: readonly SweepState[], run: RunSetting): Promise<void> {
  const rechecks = allKept(states);
  const line = progressLine();
  const clock = timeLeft(rechecks.map(secondsOf));
  const differences = await recheck(rechecks, run, (one) => line.update(...clock(secondsOf(one))));
  line.stop();
  const missing = states.filter((state) => state.missing.length > 0).map((state) => sentenceOn(state));
  for (const problem of [...missing, ...differences]) complain(problem);
  say(`${rechecks.length} settings run again, ${differences.length} differ`);
  if (missing.length + differences.length > 0) process.exitCode = 1;
}

process.once("SIGINT", () => {
  complain("\ntables: interrupted. Finished settings are kept; the same command goes on from there.");
  process.exit(130);
});
const states = await chosenStates();
await withSweepPool((run) => (values.check ? check : fill)(states, run));
