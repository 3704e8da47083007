import {tableFromIPC as readWithFlechette} from "@uwdata/flechette";
import {tableFromIPC} from "apache-arrow";
import {describe, expect, test} from "vitest";
import type {Columns, Row} from "../../src/lib/experiment/columns.js";
import {experimentMetadata, withGivenColumns} from "../../src/lib/experiment/table.js";
import {rowsToArrow} from "../../src/lib/io/arrow.js";
import {rowsToCsv, rowsToJson} from "../../src/lib/io/table-text.js";

const columns = withGivenColumns({
  name: {type: "string", label: "Name"},
  count: {type: "integer", label: "Count", unit: "elements"},
  size: {type: "number", label: "Size", unit: "bits per element", provenance: "measured", nullable: true},
  isBlocked: {type: "boolean", label: "Blocked"},
} satisfies Columns);

const rows = [
  {name: 'a "quoted", name', count: 3, size: 4.25, isBlocked: true, provenance: "measured"},
  {name: "größer\n", count: -(2 ** 31), size: null, isBlocked: false, provenance: "reported"},
  {name: "", count: 2 ** 31 - 1, size: Number.POSITIVE_INFINITY, isBlocked: true, provenance: "modelled"},
] as unknown as Row[];

describe("rowsToArrow", () => {
  test("writes a table that apache-arrow reads back", () => {
    const table = tableFromIPC(rowsToArrow(columns, rows));
    expect(table.toArray().map((row) => row.toJSON())).toEqual(rows);
  });

  test("writes a table that flechette, which pages use, reads back", () => {
    const bytes = rowsToArrow(columns, rows);
    expect(readWithFlechette(bytes, {useProxy: false}).toArray()).toEqual(rows);
  });

  test("says label, unit and provenance of each field and what the table is", () => {
    const {schema} = tableFromIPC(rowsToArrow(columns, rows, {experiment: "formats/x", title: "X"}));
    expect(schema.metadata).toEqual(
      new Map([
        ["experiment", "formats/x"],
        ["title", "X"],
      ]),
    );
    const size = schema.fields.find(({name}) => name === "size");
    expect(size?.metadata).toEqual(
      new Map([
        ["label", "Size"],
        ["unit", "bits per element"],
        ["provenance", "measured"],
      ]),
    );
    expect(schema.fields.map(({nullable}) => nullable)).toEqual([false, false, true, false, false]);
  });

  test("gives the same bytes for the same rows", () => {
    expect(rowsToArrow(columns, rows)).toEqual(rowsToArrow(columns, structuredClone(rows)));
  });

  test("writes a table without rows", () => {
    const table = tableFromIPC(rowsToArrow(columns, []));
    expect([table.numRows, table.numCols]).toEqual([0, 5]);
  });

  test("refuses an integer of more than 32 bits by row and name", () => {
    expect(() => rowsToArrow(columns, [{...rows[0], count: 2 ** 31} as unknown as Row])).toThrow(
      "rowsToArrow: count of row 0 must be an integer of 32 bits, got 2147483648",
    );
  });
});

describe("withGivenColumns", () => {
  test("adds the setting only to a sweep", () => {
    const one = {x: {type: "number", label: "X"}} as const;
    expect(Object.keys(withGivenColumns(one))).toEqual(["x", "provenance"]);
    expect(Object.keys(withGivenColumns(one, true))).toEqual(["x", "setting", "provenance"]);
  });
});

test("experimentMetadata tells the settings of the rows as JSON", () => {
  const experiment = {
    id: "formats/x",
    title: "X",
    question: "Why?",
    source: "a paper",
    params: {bits: {kind: "integer", label: "Bits", min: 2, max: 8, default: 4}},
    columns,
    needs: [],
    needsOf: () => [],
    sweep: [],
    run: async () => [],
  } as const;
  const metadata = experimentMetadata(experiment, [{bits: 4}]);
  expect(metadata).toMatchObject({experiment: "formats/x", title: "X", question: "Why?", source: "a paper"});
  expect(JSON.parse(metadata.settings!)).toEqual([{bits: 4}]);
  expect(JSON.parse(metadata.params!)).toEqual(experiment.params);
});

describe("rowsToCsv", () => {
  test("quotes what needs it and leaves cells of nothing empty", () => {
    expect(rowsToCsv(columns, rows)).toBe(
      [
        "name,count,size,isBlocked,provenance",
        '"a ""quoted"", name",3,4.25,true,measured',
        '"größer\n",-2147483648,,false,reported',
        ",2147483647,Infinity,true,modelled",
        "",
      ].join("\r\n"),
    );
  });

  test("writes numbers in full", () => {
    const one = {x: {type: "number", label: "X"}} as const;
    const value = 0.1 + 0.2;
    const text = rowsToCsv(one, [{x: value, provenance: "measured"}]);
    expect(Number(text.split("\r\n")[1])).toBe(value);
  });
});

describe("rowsToJson", () => {
  test("writes rows that JSON.parse gives back, infinities as their names", () => {
    expect(JSON.parse(rowsToJson(columns, rows))).toEqual(
      rows.map((row) =>
        Object.values(row).includes(Number.POSITIVE_INFINITY) ? {...row, size: "Infinity"} : row,
      ),
    );
  });

  test("writes no rows as an empty list", () => {
    expect(rowsToJson(columns, [])).toBe("[]\n");
  });
});
