import {access} from "node:fs/promises";
import {describe, expect, test} from "vitest";
import {RUN_OPTIONS} from "../../src/cli/run.js";
import {shippedRows} from "../../src/components/kit/rows/shipped-rows.js";
import {DATA_SETS} from "../../src/data/data-sets.js";
import {sweepSettings} from "../../src/lib/experiment/sweep.js";
import {experiments, loadExperiment} from "../../src/lib/experiments/registry.js";
import {checkParams} from "../../src/lib/technique/check-params.js";

const ids = Object.keys(experiments);

describe("the registry of experiments", () => {
  test.each(ids)("%s is an experiment of that id, in the file of its name", async (id) => {
    expect((await loadExperiment(id)).id).toBe(id);
    await access(`src/lib/experiments/${id}.ts`);
  });

  test.each(ids)("%s has settings that are all different and data sets that exist", async (id) => {
    const experiment = await loadExperiment(id);
    const settings = sweepSettings(experiment).map((setting) => JSON.stringify(setting));
    expect(new Set(settings).size).toBe(settings.length);
    const known = Object.keys(DATA_SETS);
    expect(known).toEqual(expect.arrayContaining([...experiment.needs]));
  });

  test.each(ids)("%s reads for a setting of its table what it says that it may read", async (id) => {
    const experiment = await loadExperiment(id);
    for (const setting of sweepSettings(experiment)) {
      expect(experiment.needs).toEqual(expect.arrayContaining([...experiment.needsOf(setting)]));
    }
  });

  test.each(ids)("%s has no parameter that an option of the command line hides", async (id) => {
    const {params} = await loadExperiment(id);
    expect(Object.keys(params).filter((name) => name in RUN_OPTIONS || name === "help")).toEqual([]);
  });

  test.each(ids)(
    "%s begins with settings of the shipped table, so that a page has rows at once",
    async (id) => {
      const experiment = await loadExperiment(id);
      const needsFile = Object.values(experiment.params).some(
        (param) => param.kind === "file" && param.required,
      );
      if (needsFile) return;
      const shipped = shippedRows(experiment, {rows: []}, []);
      expect(shipped(checkParams(id, experiment.params, {}))).toBeDefined();
    },
  );
});
