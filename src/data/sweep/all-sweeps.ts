/** The sweeps of several experiments at once: what of them is kept, and running the rest. */
import type {Experiment} from "../../lib/experiment/experiment.js";
import {experiments, loadExperiment} from "../../lib/experiments/registry.js";
import {codeVersions, isStillVersion} from "./code-version.js";
import {type FillOptions, fillSweep, type RunSetting} from "./fill.js";
import {planSweep, type SweepPlan} from "./plan.js";
import type {SettingRun} from "./setting-run.js";
import {type SweepState, sweepState} from "./store.js";

/** All experiments that have a sweep; without one, the data is a reader's own file. */
export async function sweptExperiments(): Promise<Experiment[]> {
  const loaded = await Promise.all(Object.keys(experiments).map(loadExperiment));
  return loaded.filter(({sweep}) => sweep.length > 0);
}

/** Progress of the sweep of each experiment. */
export async function sweepStates(folder: string, of: readonly Experiment[]): Promise<SweepState[]> {
  const versions = await codeVersions(of);
  return Promise.all(of.map(async (each) => sweepState(folder, await planSweep(each, versions))));
}

/** One line on a sweep: what was taken, what was run, and why. */
export function sentenceOn({plan, have, missing, why}: SweepState, seconds?: number): string {
  const all = plan.settings.length;
  if (missing.length === 0) return `${plan.experiment.id}: ${all} of ${all} settings kept`;
  const time = seconds === undefined ? "" : ` in ${seconds.toFixed(1)} s`;
  return `${plan.experiment.id}: ${have.size} of ${all} settings kept, ${missing.length} run${time} (${why})`;
}

/** True if the code here is still that of a plan. */
export function isStill({experiment, version}: SweepPlan): Promise<boolean> {
  return isStillVersion(experiment, version);
}

/** Actions on each sweep. */
export interface FillAllOptions extends Pick<FillOptions, "done"> {
  /** Told of each sweep that is complete, with all its runs. */
  readonly complete: (state: SweepState, runs: readonly SettingRun[]) => Promise<void>;
}

/**
 * Runs what several sweeps lack, in the order of the states; those that lack nothing are complete at once.
 * @throws the first failure, when what is under way has ended and is kept.
 */
export async function fillAll(
  folder: string,
  states: readonly SweepState[],
  run: RunSetting,
  {done, complete}: FillAllOptions,
): Promise<void> {
  const failure = new AbortController();
  const stopping: RunSetting = (id, setting, signal) =>
    run(id, setting, signal ? AbortSignal.any([signal, failure.signal]) : failure.signal);
  const work = states.map(async (state) => {
    try {
      await complete(state, await fillSweep(folder, state, stopping, {isStill, ...(done && {done})}));
    } catch (error) {
      failure.abort(error);
    }
  });
  await Promise.all(work);
  failure.signal.throwIfAborted();
}
