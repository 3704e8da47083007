import {tableFromIPC} from "apache-arrow";
import {expect, test} from "vitest";
import {sweepTable} from "../../src/data/sweep-table.js";
import {runSweep} from "../../src/lib/experiment/sweep.js";
import {loadExperiment} from "../../src/lib/experiments/registry.js";

test("worker threads give the table that one thread gives, byte for byte on every run", async () => {
  const experiment = await loadExperiment("formats/block-scale");
  const bytes = await sweepTable(experiment.id);
  const table = tableFromIPC(bytes);
  expect(table.toArray().map((row) => row.toJSON())).toEqual(await runSweep(experiment));
  expect(table.schema.metadata.get("experiment")).toBe("formats/block-scale");
  expect(JSON.parse(table.schema.metadata.get("settings")!)).toHaveLength(experiment.sweep.length);
  expect(await sweepTable(experiment.id)).toEqual(bytes);
});
