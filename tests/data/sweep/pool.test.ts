import {expect, test} from "vitest";
import {DATA_SETS, loadData} from "../../../src/data/data-sets.js";
import {tablesBy, withSweepPool} from "../../../src/data/sweep/pool.js";
import {runSweep} from "../../../src/lib/experiment/sweep.js";
import {errorAnatomy} from "../../../src/lib/experiments/formats/error-anatomy.js";

const someSettings = {
  ...errorAnatomy,
  sweep: errorAnatomy.sweep.filter(({format}) => format === "mxfp4" || format === "razer"),
};

test("worker threads, which load the data themselves, give the rows that one thread gives", async () => {
  const pooled = await withSweepPool((run) => runSweep(someSettings, {pool: {run: tablesBy(run)}}), {
    threads: 2,
  });
  const data = await loadData(errorAnatomy.needs);
  expect(pooled).toEqual(await runSweep(someSettings, {data}));
  expect(new Set(pooled.rows.map(({distribution}) => distribution))).toContain("weights/decoder-small");
});

test("a failure on a thread ends the sweep with the words of the experiment", async () => {
  const run = withSweepPool(
    (run) => run("formats/error-anatomy", {params: {format: "fp9"}, key: ""} as never),
    {threads: 1},
  );
  await expect(run).rejects.toThrow("run formats/error-anatomy: format must be one of ");
});

test("a data set that does not exist is refused by name", async () => {
  await expect(loadData(["weights/gpt-9"])).rejects.toThrow(
    `dataSetPath: name must be one of ${Object.keys(DATA_SETS).join(", ")}, got "weights/gpt-9"`,
  );
});
