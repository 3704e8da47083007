// The kept tables, for npm test: are they of this code, and do some settings, others each day, give the same rows?
// tsx scripts/check-tables.ts [--day 20787] [--seconds 25]

import {availableParallelism} from "node:os";
import {parseArgs} from "node:util";
import {complain, say} from "../src/cli/terminal/print.js";
import {sweepStates, sweptExperiments} from "../src/data/sweep/all-sweeps.js";
import {keptProblems} from "../src/data/sweep/kept-problems.js";
import {withSweepPool} from "../src/data/sweep/pool.js";
import {recheck, secondsOf, workOfDay} from "../src/data/sweep/recheck.js";
import {KEPT} from "../src/data/sweep/table.js";

const MS_OF_DAY = 86_400_000;

const {values} = parseArgs({options: {day: {type: "string"}, seconds: {type: "string", default: "25"}}});
const day = Number(values.day ?? Math.floor(Date.now() / MS_OF_DAY));

const states = await sweepStates(KEPT, await sweptExperiments());
if (states.every(({why}) => why === "no table is kept")) {
  say("No table is kept yet: nothing to check. npm run tables makes them.");
} else {
  process.exitCode = await check();
}

async function check(): Promise<number> {
  const {rechecks: chosen, later} = workOfDay(states, day, Number(values.seconds));
  const expected = chosen.reduce((sum, one) => sum + secondsOf(one), 0);
  const tables = new Set(chosen.map(({state}) => state)).size;
  say(
    `Running ${chosen.length} settings of ${tables} tables again, those of day ${day}: ${expected.toFixed(0)} s of work on ${availableParallelism()} cores`,
  );
  if (later.length > 0) {
    const names = later.map(({plan}) => plan.experiment.id).join(", ");
    say(`Too long for today, one of them a day in turn: ${names}`);
  }
  // The longest first: one that begins last would keep a single core busy.
  const inOrder = chosen.toSorted((a, b) => secondsOf(b) - secondsOf(a));
  const differences = await withSweepPool((run) => recheck(inOrder, run));
  const problems = [...(await keptProblems(KEPT, states)), ...differences];
  for (const problem of problems) complain(problem);
  say(`${chosen.length} settings run again, ${problems.length} problems`);
  return problems.length === 0 ? 0 : 1;
}
