import type {RunSetting} from "../../../src/data/sweep/fill.js";
import type {CodeVersion} from "../../../src/data/sweep/made.js";
import {planSweep} from "../../../src/data/sweep/plan.js";
import {experiment} from "../../../src/lib/experiment/experiment.js";

/** A small experiment whose rows hold every kind of cell. */
export const halves = experiment({
  id: "numbers/halves",
  title: "Halves",
  question: "How small are halves?",
  source: "arithmetic",
  params: {
    start: {kind: "integer", label: "Start", default: 1, min: -9, max: 9},
    steps: {kind: "integer", label: "Steps", default: 2, min: 1, max: 9},
  },
  columns: {
    step: {type: "integer", label: "Step"},
    value: {type: "number", label: "Value", provenance: "measured"},
    inverse: {type: "number", label: "Inverse", provenance: "measured", nullable: true},
    name: {type: "string", label: "Name"},
    isNegative: {type: "boolean", label: "Negative"},
  },
  needs: [],
  sweep: [{start: 1}, {start: 2}, {start: -3}, {start: 0}],
  run: ({start, steps}) =>
    Array.from({length: steps}, (_, step) => {
      const value = start / 2 ** step / 3;
      const inverse = start === 1 ? null : 1 / (value * 0);
      return {
        step,
        value: start === 0 ? -0 : value,
        inverse: Number.isNaN(inverse) ? null : inverse,
        name: `${start} at ${step}`,
        isNegative: start < 0,
        provenance: "measured" as const,
      };
    }),
});

export const VERSION: CodeVersion = {code: "one", packages: {}};

/** The plan of `halves` as code of a version would have it. */
export function planOf(version = VERSION, which = halves) {
  return planSweep(which as never, new Map([[which.id, version]]));
}

/** Runs settings of `halves` here, in a second each, and notes them. */
export function counting() {
  const ran: unknown[] = [];
  const run: RunSetting = async (_, {params}) => {
    ran.push(params.start);
    return {tables: (await halves.runTables(params)) as never, seconds: 1};
  };
  return {ran, run};
}
