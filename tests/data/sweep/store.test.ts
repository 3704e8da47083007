import {appendFile, mkdtemp, readdir, readFile, rm, writeFile} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterEach, beforeEach, describe, expect, test} from "vitest";
import {fillSweep} from "../../../src/data/sweep/fill.js";
import {openJournal} from "../../../src/data/sweep/journal.js";
import {keptToArrow} from "../../../src/data/sweep/kept-table.js";
import {runFromLine, runToLine, type SettingRun} from "../../../src/data/sweep/setting-run.js";
import {sweepState, writeKept} from "../../../src/data/sweep/store.js";
import {experiment} from "../../../src/lib/experiment/experiment.js";
import {counting, halves, planOf, VERSION} from "./sweeps.js";

const on = {machine: "2 cores, some processor", node: "20.0.0", date: "2026-01-31"};

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kept-"));
});
afterEach(() => rm(folder, {recursive: true}));

const table = () => readFile(join(folder, "numbers/halves.arrow"));

async function allRuns(): Promise<SettingRun[]> {
  const {settings} = await planOf();
  const tables = await Promise.all(settings.map(({params}) => halves.runTables(params)));
  return settings.map(({key}, index) => ({key, tables: tables[index] as never, seconds: index, on}));
}

async function keepAll(): Promise<void> {
  const state = await sweepState(folder, await planOf());
  await writeKept(folder, state, await allRuns());
}

test("rows come back from a kept table to the bit", async () => {
  await keepAll();
  const {have} = await sweepState(folder, await planOf());
  expect([...have.values()]).toEqual(await allRuns());
});

test("a line of a journal keeps infinities, nothing and the sign of zero", async () => {
  for (const run of await allRuns()) expect(runFromLine(runToLine(run))).toEqual(run);
  const values = (await allRuns()).flatMap(({tables: {rows}}) => rows.map(({value}) => value));
  expect(values.some((value) => Object.is(value, -0))).toBe(true);
  const inverses = (await allRuns()).flatMap(({tables: {rows}}) => rows.map(({inverse}) => inverse));
  expect(inverses).toEqual(
    expect.arrayContaining([null, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]),
  );
});

test("the order in which settings were run does not change a byte", async () => {
  const [plan, runs] = [await planOf(), await allRuns()];
  expect(keptToArrow(plan, runs.toReversed())).toEqual(keptToArrow(plan, runs));
});

describe("what a sweep lacks", () => {
  test("is everything without a kept table", async () => {
    const {missing, why} = await sweepState(folder, await planOf());
    expect([missing.length, why]).toEqual([4, "no table is kept"]);
  });

  test("is nothing with it", async () => {
    await keepAll();
    const {have, missing, why} = await sweepState(folder, await planOf());
    expect([have.size, missing.length, why]).toEqual([4, 0, ""]);
  });

  test("is everything when the code or a package is another", async () => {
    await keepAll();
    const other = await sweepState(folder, await planOf({code: "two", packages: {}}));
    expect([other.have.size, other.missing.length, other.why]).toEqual([0, 4, "its code changed"]);
    const {missing, why} = await sweepState(folder, await planOf({...VERSION, packages: {acorn: "9.0.0"}}));
    expect([missing.length, why]).toEqual([4, "package acorn changed"]);
  });

  test("is what the sweep has gained, in whatever order it stands now", async () => {
    await keepAll();
    const longer = experiment({...halves, sweep: [{start: 7}, ...halves.sweep.toReversed()]} as never);
    const {have, missing, why} = await sweepState(folder, await planOf(VERSION, longer as never));
    expect([have.size, missing.map(({params}) => params.start), why]).toEqual([4, [7], "settings are new"]);
  });
});

describe("filling a sweep", () => {
  test("runs each setting once and leaves one table and no journal", async () => {
    const {ran, run} = counting();
    const state = await sweepState(folder, await planOf());
    await fillSweep(folder, state, run);
    const filled = await sweepState(folder, await planOf());
    expect(filled.missing).toEqual([]);
    await writeKept(folder, filled, [...filled.have.values()]);
    expect(await readdir(join(folder, ".pending/numbers"))).toEqual([]);
    const again = await sweepState(folder, await planOf());
    await fillSweep(folder, again, run);
    expect(ran).toEqual([1, 2, -3, 0]);
  });

  test("goes on after a failure with what was done before it", async () => {
    const {ran, run} = counting();
    const state = await sweepState(folder, await planOf());
    const failing = fillSweep(folder, state, async (id, setting) => {
      if (setting.params.start === -3) throw new Error("no room");
      return run(id, setting);
    });
    await expect(failing).rejects.toThrow("no room");
    const next = await sweepState(folder, await planOf());
    expect(next.missing.map(({params}) => params.start)).toEqual([-3]);
    await fillSweep(folder, next, run);
    expect(ran).toEqual([1, 2, 0, -3]);
  });

  test("keeps nothing when the code changed meanwhile", async () => {
    const state = await sweepState(folder, await planOf());
    const filling = fillSweep(folder, state, counting().run, {isStill: async () => false});
    await expect(filling).rejects.toThrow("numbers/halves: its code changed while it ran");
    expect((await sweepState(folder, await planOf())).have.size).toBe(0);
  });

  test("reads the journal of a process that was killed while it wrote", async () => {
    const [first, second] = await allRuns();
    const file = join(folder, ".pending/numbers/halves.1-killed.jsonl");
    await openJournal(folder, "numbers/halves")(first);
    await writeFile(file, `${runToLine(second)}\n`);
    await appendFile(file, runToLine(first).slice(0, 40));
    const {have} = await sweepState(folder, await planOf());
    expect([...have.keys()].sort()).toEqual([first.key, second.key].sort());
  });

  test("takes a setting that was run twice once, and refuses two that differ", async () => {
    const [first] = await allRuns();
    for (let i = 0; i < 2; i++) await openJournal(folder, "numbers/halves")(first);
    expect((await sweepState(folder, await planOf())).have.size).toBe(1);
    const rows = first.tables.rows.map((row) => ({...row, value: 5}));
    await openJournal(folder, "numbers/halves")({...first, tables: {rows} as never});
    await expect(planOf().then((plan) => sweepState(folder, plan))).rejects.toThrow(
      /^numbers\/halves: two runs of one setting, \w+, differ: value of row 0: /,
    );
  });
});

test("a table is not written before it is whole", async () => {
  const state = await sweepState(folder, await planOf());
  await expect(writeKept(folder, state, (await allRuns()).slice(1))).rejects.toThrow(
    "writeKept: runs must be of all settings of numbers/halves, 1 missing",
  );
  await expect(table()).rejects.toThrow("ENOENT");
});

test("a damaged file is named, with what to do about it", async () => {
  await keepAll();
  await writeFile(join(folder, "numbers/halves.arrow"), "no table");
  await expect(planOf().then((plan) => sweepState(folder, plan))).rejects.toThrow(
    /^readKept: file must be a kept table, got .*halves\.arrow\. Delete it/,
  );
});
