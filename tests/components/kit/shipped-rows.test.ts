import {describe, expect, test} from "vitest";
import {shippedRows} from "../../../src/components/kit/rows/shipped-rows.js";
import {experiment} from "../../../src/lib/experiment/experiment.js";
import type {SweepRow} from "../../../src/lib/experiment/sweep.js";
import {runSweep} from "../../../src/lib/experiment/sweep.js";
import {checkParams} from "../../../src/lib/technique/check-params.js";

const measured = {provenance: "measured"} as const;
const NAMES = ["a", "b", "c", "d", "e"];

const lists = (rowsBy: string) =>
  experiment({
    id: "lists/names",
    title: "Names",
    question: "Which are asked for?",
    source: "none",
    params: {
      names: {kind: "choices", label: "Names", options: NAMES, default: ["a", "b", "c", "d"], rowsBy},
      times: {kind: "integer", label: "Times", min: 1, max: 3, default: 1},
    },
    columns: {name: {type: "string", label: "Name"}, times: {type: "integer", label: "Times"}},
    needs: [],
    sweep: [{names: ["a", "b"]}, {names: ["c", "d"]}, {names: ["a", "b"], times: 2}],
    run: ({names, times}) => names.map((name) => ({name, times, ...measured})),
  });

const names = lists("name");
const ran = [1, 2, 4].map((seconds, i) => ({machine: "m", node: "22", date: `2026-01-0${i + 1}`, seconds}));

describe("the shipped rows of a setting", async () => {
  const find = shippedRows(names, await runSweep(names), ran);
  const rowsFor = (given: NonNullable<Parameters<typeof names.run>[0]>) =>
    find(checkParams("test", names.params, given));
  const named = (given: NonNullable<Parameters<typeof names.run>[0]>) =>
    rowsFor(given)?.tables.rows.map((row) => (row as SweepRow).name);

  test("are those of one setting of the sweep, or of several that share the options", () => {
    expect(named({names: ["a", "b"]})).toEqual(["a", "b"]);
    expect(named({})).toEqual(["a", "b", "c", "d"]);
    expect(named({names: ["b", "c"]})).toEqual(["b", "c"]);
    expect(named({names: ["a"], times: 2})).toEqual(["a"]);
    expect(rowsFor({names: ["a"], times: 2})!.tables.rows[0]).toMatchObject({times: 2});
  });

  test("are none where the sweep lacks an option at these values of the others", () => {
    expect(rowsFor({names: ["a", "e"]})).toBeUndefined();
    expect(rowsFor({names: ["a", "c"], times: 2})).toBeUndefined();
    expect(rowsFor({times: 3})).toBeUndefined();
  });

  test("took the time of all their settings, the newest of which says when", () => {
    expect(rowsFor({})!.ran).toMatchObject({seconds: 3, date: "2026-01-02"});
    expect(rowsFor({names: ["a"]})!.ran).toMatchObject({seconds: 1, date: "2026-01-01"});
  });
});

test("an experiment whose options are told apart by no column of its own is refused", () => {
  expect(() => lists("label")).toThrow(
    'experiment lists/names: rowsBy of names must be a column, got "label"',
  );
});
