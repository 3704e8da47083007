import {mkdtemp, readdir, rm, unlink} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterEach, beforeEach, expect, test} from "vitest";
import {fillSweep} from "../../../src/data/sweep/fill.js";
import {allKept, recheck} from "../../../src/data/sweep/recheck.js";
import {sweepState, writeKept} from "../../../src/data/sweep/store.js";
import {experiment} from "../../../src/lib/experiment/experiment.js";
import {planOf, VERSION} from "./sweeps.js";

/** Fills two tables; one column is of short numbers, one a list of them. */
const thirds = experiment({
  id: "numbers/thirds",
  title: "Thirds",
  question: "What is a third?",
  source: "arithmetic",
  params: {of: {kind: "integer", label: "Of", default: 1, min: 1, max: 9}},
  columns: {third: {type: "number", label: "Third", precision: "float32"}},
  tables: {digits: {list: {type: "numbers", label: "Multiples", precision: "float32"}}},
  needs: [],
  sweep: [{of: 1}, {of: 2}],
  run: ({of}) => ({
    rows: [{third: Math.fround(of / 3), provenance: "modelled" as const}],
    digits: [{list: [of / 3, (2 * of) / 3].map(Math.fround), provenance: "modelled" as const}],
  }),
});

const run = async (_: string, {params}: {params: unknown}) => ({
  tables: (await thirds.runTables(params as never)) as never,
  seconds: 1,
});

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "tables-"));
  const state = await stateNow();
  await writeKept(folder, state, await fillSweep(folder, state, run));
});
afterEach(() => rm(folder, {recursive: true}));

const stateNow = async () => sweepState(folder, await planOf(VERSION, thirds as never));

test("a file is kept for each table, and gives lists and short numbers back", async () => {
  expect((await readdir(join(folder, "numbers"))).sort()).toEqual(["thirds.arrow", "thirds.digits.arrow"]);
  const [first] = [...(await stateNow()).have.values()];
  expect(first.tables).toEqual({
    rows: [{third: Math.fround(1 / 3), provenance: "modelled"}],
    digits: [{list: [Math.fround(1 / 3), Math.fround(2 / 3)], provenance: "modelled"}],
  });
});

test("another run is compared in all tables", async () => {
  const state = await stateNow();
  expect(await recheck(allKept([state]), run)).toEqual([]);
  const wrong = async (id: string, setting: {params: unknown}) => {
    const {tables, seconds} = await run(id, setting);
    const digits = [{list: [0, 0], provenance: "modelled"}];
    return {seconds, tables: {...(tables as object), digits} as never};
  };
  const [difference] = await recheck(allKept([state]), wrong);
  expect(difference).toMatch(/^numbers\/thirds, \{"of":1\}: table digits: list of row 0: /);
});

test("all is missing when one of the files is", async () => {
  await unlink(join(folder, "numbers/thirds.digits.arrow"));
  expect((await stateNow()).missing).toHaveLength(2);
});
