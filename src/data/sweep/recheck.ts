/** Runs kept settings again and holds the rows against those that are kept. */
import {differenceOf} from "./compare.js";
import type {RunSetting} from "./fill.js";
import type {PlannedSetting} from "./plan.js";
import type {SweepState} from "./store.js";

/** A setting that is run again. */
export interface Recheck {
  readonly state: SweepState;
  readonly setting: PlannedSetting;
}

/** Every kept setting of the sweeps. */
export function allKept(states: readonly SweepState[]): Recheck[] {
  return states.flatMap((state) =>
    state.plan.settings.filter(({key}) => state.have.has(key)).map((setting) => ({state, setting})),
  );
}

/** Differences between kept rows and those of a new run, a line a setting; nothing is written. */
export async function recheck(
  rechecks: readonly Recheck[],
  run: RunSetting,
  done: (one: Recheck, seconds: number) => void = () => {},
): Promise<string[]> {
  const checked = rechecks.map(async (one) => {
    const {state, setting} = one;
    const {id} = state.plan.experiment;
    const {tables, seconds} = await run(id, setting);
    done(one, seconds);
    const kept = state.have.get(setting.key);
    const difference = kept && differenceOf(kept.tables, tables);
    return difference === undefined ? [] : [`${id}, ${JSON.stringify(setting.params)}: ${difference}`];
  });
  return (await Promise.all(checked)).flat();
}

/** Kept settings that are run again on one day, and the sweeps whose turn comes on another. */
export interface DaysWork {
  readonly rechecks: readonly Recheck[];
  readonly later: readonly SweepState[];
}

/**
 * Chooses kept settings to run again on a day: of every table one that is drawn, the shortest first while they fit into
 * `seconds` on one core by what they took when they were made; of the tables whose setting does not fit, one a day in
 * turn; and then more settings as far as there is time. Another day draws others.
 */
export function workOfDay(states: readonly SweepState[], day: number, seconds: number): DaysWork {
  const drawn = allKept(states).sort((a, b) => drawOf(a, day) - drawOf(b, day));
  const firsts = new Map<SweepState, Recheck>();
  for (const one of drawn) if (!firsts.has(one.state)) firsts.set(one.state, one);
  const shortest = [...firsts.values()].sort((a, b) => secondsOf(a) - secondsOf(b));
  const fitting = takeWhileFits(shortest, seconds);
  const long = states.flatMap((state) => firsts.get(state) ?? []).filter((one) => !fitting.includes(one));
  const inTurn = long.filter((_, place) => place === day % long.length);
  const chosen = [...fitting, ...inTurn];
  const left = seconds - chosen.reduce((sum, one) => sum + secondsOf(one), 0);
  const more = takeWhileFits(
    drawn.filter((one) => !chosen.includes(one)),
    left,
  );
  const rechecks = [...chosen, ...more];
  const done = new Set(rechecks.map(({state}) => state));
  return {rechecks, later: [...firsts.keys()].filter((state) => !done.has(state))};
}

function takeWhileFits(rechecks: readonly Recheck[], seconds: number): Recheck[] {
  let left = seconds;
  return rechecks.filter((one) => {
    if (secondsOf(one) > left) return false;
    left -= secondsOf(one);
    return true;
  });
}

/** Seconds that a kept setting took when it was made. */
export function secondsOf({state, setting}: Recheck): number {
  return state.have.get(setting.key)?.seconds ?? 0;
}

/** A number for a setting that is another every day: its key, which is a hash, mixed with the day. */
function drawOf({setting}: Recheck, day: number): number {
  const seed = Number.parseInt(setting.key.slice(0, 8), 16) ^ Math.imul(day, 0x9e3779b1);
  let mixed = Math.imul(seed ^ (seed >>> 16), 0x45d9f3b);
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x45d9f3b);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
