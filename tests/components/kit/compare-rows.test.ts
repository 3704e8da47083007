import {expect, test} from "vitest";
import {compareRows, comparisonText} from "../../../src/components/kit/rows/compare-rows.js";
import type {Columns} from "../../../src/lib/experiment/columns.js";

const columns: Columns = {
  name: {type: "string", label: "Name"},
  error: {type: "number", label: "Error", provenance: "row"},
  time: {type: "number", label: "Time", unit: "ms", provenance: "measured"},
  bound: {type: "number", label: "Bound", unit: "ms", provenance: "modelled"},
};
const row = (name: string, error: number, time: number, bound = 1) =>
  ({name, error, time, bound, provenance: "measured"}) as const;
const compare = (before: readonly object[], now: readonly object[]) =>
  compareRows({columns, tables: {}}, {rows: before} as never, {rows: now} as never);

test("a run that gives the shipped rows is identical to them, to 12 digits and apart from measured times", () => {
  const found = compare(
    [row("a", 0.1, 3), row("b", Number.NaN, 3)],
    [row("a", 0.1 + 1e-15, 9), row("b", Number.NaN, 9)],
  );
  expect(found).toMatchObject({rows: 2, differing: 0, columns: [], times: ["Time"]});
  expect(comparisonText(found)).toBe(
    "identical to the shipped rows, numbers to 12 digits. Not compared: Time, measured anew in every run.",
  );
});

test("rows that differ are counted with their columns and the largest difference; modelled times count", () => {
  const found = compare(
    [row("a", 2, 3), row("b", 4, 3), row("c", 1, 3)],
    [row("a", 2, 3, 2), row("b", 5, 3), row("c", 1, 3)],
  );
  expect(found).toMatchObject({rows: 3, differing: 2, columns: ["Bound", "Error"], largest: 1});
  expect(comparisonText(found)).toMatch(
    /^2 of 3 rows differ from the shipped ones in Bound, Error, numbers by at most 1 of/,
  );
});

test("a row too many or too few differs, and so does another name", () => {
  expect(compare([row("a", 1, 1)], [row("a", 1, 1), row("b", 1, 1)])).toMatchObject({rows: 2, differing: 1});
  expect(compare([row("a", 1, 1)], [row("b", 1, 1)])).toMatchObject({
    differing: 1,
    columns: ["Name"],
    largest: 0,
  });
});
