/** Runs what a sweep lacks. */
import type {TableRows} from "../../lib/experiment/columns.js";
import {openJournal, readJournals, removeJournals} from "./journal.js";
import type {PlannedSetting, SweepPlan} from "./plan.js";
import {type Circumstances, circumstances, type SettingRun} from "./setting-run.js";
import type {SweepState} from "./store.js";

/**
 * Runs one setting of an experiment, here or elsewhere; may be called for all settings at once. What has not begun when
 * the signal is aborted is refused.
 */
export type RunSetting = (id: string, setting: PlannedSetting, signal?: AbortSignal) => Promise<TimedTables>;

/** Rows of all tables and the seconds that they took. */
export interface TimedTables {
  readonly tables: TableRows;
  readonly seconds: number;
  /** Machine that ran them, if not in this process. */
  readonly on?: Circumstances;
}

/** Options by which a sweep is filled. */
export interface FillOptions {
  /** Settings to run; by default all that are missing. */
  readonly settings?: readonly PlannedSetting[];
  /** Told of each setting when it is done and kept. */
  readonly done?: (run: SettingRun) => void;
  /** Tells whether the code is still that of the plan: threads load it when they start. */
  readonly isStill?: (plan: SweepPlan) => Promise<boolean>;
}

/**
 * Runs missing settings, all at once as far as `run` goes along, and writes each into a journal of `folder` as soon
 * as it is done.
 * @returns all runs there are now, those that were there too.
 * @throws the first failure of a run, when those under way have ended and are kept; Error if the code changed meanwhile.
 */
export async function fillSweep(
  folder: string,
  {plan, have, missing}: SweepState,
  run: RunSetting,
  {settings = missing, done = () => {}, isStill = async () => true}: FillOptions = {},
): Promise<SettingRun[]> {
  const {id} = plan.experiment;
  const journal = openJournal(folder, id);
  const here = circumstances();
  const failure = new AbortController();
  const work = settings.map(async (setting) => {
    try {
      const {tables, seconds, on = here} = await run(id, setting, failure.signal);
      const finished: SettingRun = {
        key: setting.key,
        on,
        seconds,
        tables,
      };
      await journal(finished);
      done(finished);
      return finished;
    } catch (error) {
      failure.abort(error);
      throw error;
    }
  });
  const ended = await Promise.allSettled(work);
  failure.signal.throwIfAborted();
  if (settings.length > 0 && !(await isStill(plan))) {
    await removeJournals(await readJournals(folder, id));
    throw new Error(`${id}: its code changed while it ran, and its rows are not kept. Run it again.`);
  }
  const ran = ended.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
  return [...have.values(), ...ran];
}
