import {keyOf, type SweepPlan} from "../../src/data/sweep/plan.js";
import type {SweepState} from "../../src/data/sweep/store.js";
import type {Experiment} from "../../src/lib/experiment/experiment.js";
import {kinetics} from "../../src/lib/experiments/accel/kinetics.js";
import {checkParams} from "../../src/lib/technique/check-params.js";

/** Settings of the sweep: each of them takes less than a millisecond. */
export const SETTINGS = 10_000;

const experiment = kinetics as unknown as Experiment;

/** The version of the code that all sides of a contest agree on. */
export const VERSIONS = new Map([[experiment.id, {code: "bench", packages: {}}]]);

/** A sweep of 10,000 small settings: one model of cost at as many lengths of context. */
export function sweepPlan(): SweepPlan {
  const version = VERSIONS.get(experiment.id)!;
  const settings = Array.from({length: SETTINGS}, (_, i) => {
    const params = checkParams("sweepPlan", experiment.params, {context: i + 1});
    return {params, key: keyOf({experiment, version, data: {}}, params)};
  });
  return {experiment, version, data: {}, settings};
}

/** The sweep when nothing of it is kept. */
export function untouched(plan: SweepPlan): SweepState {
  return {plan, have: new Map(), missing: plan.settings, why: "", usualSeconds: 1};
}
