/** Runs kept settings again and holds the rows against those that are kept. */
import {differenceOf} from "./compare.js";
import type {RunSetting} from "./fill.js";
import type {PlannedSetting} from "./plan.js";
import {asStored} from "./setting-run.js";
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

/** What differs between kept rows and those of a new run, a line a setting; nothing is written. */
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
    const difference = kept && differenceOf(kept.tables, asStored(state.plan.experiment, tables));
    return difference === undefined ? [] : [`${id}, ${JSON.stringify(setting.params)}: ${difference}`];
  });
  return (await Promise.all(checked)).flat();
}

/**
 * Kept settings that are run again on one day: of every table the first one drawn, and then as many as fit into
 * `seconds` on one core by the seconds they took when they were made. Another day draws others.
 */
export function settingsOfDay(states: readonly SweepState[], day: number, seconds: number): Recheck[] {
  const drawn = allKept(states).sort((a, b) => drawOf(a, day) - drawOf(b, day));
  const isFirst = new Map<SweepState, Recheck>();
  for (const one of drawn) if (!isFirst.has(one.state)) isFirst.set(one.state, one);
  const first = [...isFirst.values()];
  let left = seconds - first.reduce((sum, one) => sum + secondsOf(one), 0);
  const more = drawn.filter((one) => {
    if (first.includes(one) || secondsOf(one) > left) return false;
    left -= secondsOf(one);
    return true;
  });
  return [...first, ...more];
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
