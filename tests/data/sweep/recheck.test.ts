import {mkdtemp, rm} from "node:fs/promises";
import {tmpdir} from "node:os";
import {join} from "node:path";
import {afterAll, beforeAll, describe, expect, test} from "vitest";
import {differenceOf} from "../../../src/data/sweep/compare.js";
import {fillSweep} from "../../../src/data/sweep/fill.js";
import {allKept, recheck, workOfDay} from "../../../src/data/sweep/recheck.js";
import {type SweepState, sweepState} from "../../../src/data/sweep/store.js";
import type {Row} from "../../../src/lib/experiment/columns.js";
import {counting, planOf} from "./sweeps.js";

let folder = "";
let state: SweepState;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "recheck-"));
  await fillSweep(folder, await sweepState(folder, await planOf()), counting().run);
  state = await sweepState(folder, await planOf());
});
afterAll(() => rm(folder, {recursive: true}));

describe("differenceOf", () => {
  const difference = (rows: readonly Row[], others: readonly Row[]) =>
    differenceOf({rows} as never, {rows: others} as never);
  const row = {value: 1, name: "a", provenance: "measured"} as const;

  test("lets the last bits of a number differ and nothing else", () => {
    expect(difference([row], [{...row, value: 1 + 9e-13}])).toBeUndefined();
    expect(difference([row], [{...row, value: 1 + 2e-12}])).toMatch(/^value of row 0: 1 against 1\.00000/);
    expect(difference([row], [{...row, name: "b"}])).toBe("name of row 0: a against b");
    expect(difference([row], [{...row, value: Number.POSITIVE_INFINITY}])).toContain("against Infinity");
    expect(difference([row], [row, row])).toBe("1 rows against 2");
  });
});

describe("recheck", () => {
  test("finds nothing where a run gives the same rows", async () => {
    const {ran, run} = counting();
    expect(await recheck(allKept([state]), run)).toEqual([]);
    expect(ran).toHaveLength(4);
  });

  test("names experiment, setting and cell of a difference", async () => {
    const differences = await recheck(allKept([state]), async (id, setting) => {
      const {tables, seconds} = await counting().run(id, setting);
      const rows = tables.rows.map((row) => ({...row, ...(setting.params.start === 2 && {value: 9})}));
      return {seconds, tables: {...tables, rows} as never};
    });
    expect(differences).toHaveLength(1);
    expect(differences[0]).toMatch(/^numbers\/halves, \{"start":2,"steps":2\}: value of row 0: /);
  });
});

describe("the work of a day", () => {
  const keysOf = (day: number, seconds: number) =>
    workOfDay([state], day, seconds).rechecks.map(({setting}) => setting.key);

  test("is one setting of every table that fits, and all of them in a long time", () => {
    expect(keysOf(1, 1)).toHaveLength(1);
    expect(keysOf(1, 2)).toHaveLength(2);
    expect(new Set(keysOf(1, 100)).size).toBe(4);
  });

  test("is the same all day and comes round to all in a month", () => {
    expect(keysOf(20_000, 1)).toEqual(keysOf(20_000, 1));
    const month = Array.from({length: 31}, (_, day) => keysOf(20_000 + day, 1)).flat();
    expect(new Set(month).size).toBe(4);
  });

  test("takes tables that are too long for a day in turn, and says which wait", () => {
    const named = (id: string): SweepState => ({
      ...state,
      plan: {...state.plan, experiment: {...state.plan.experiment, id}},
    });
    const long = ["a/a", "a/b", "a/c"].map(named);
    const days = [6, 7, 8].map((day) => workOfDay(long, day, 0.5));
    expect(days.map(({rechecks}) => rechecks.map((one) => one.state.plan.experiment.id))).toEqual([
      ["a/a"],
      ["a/b"],
      ["a/c"],
    ]);
    expect(days[0].later.map(({plan}) => plan.experiment.id).sort()).toEqual(["a/b", "a/c"]);
  });
});
