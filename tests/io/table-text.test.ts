import {describe, expect, test} from "vitest";
import {rowsFromArrow, rowsToArrow} from "../../src/lib/io/arrow.js";
import {rowsToCsv, rowsToJson, type TableColumns} from "../../src/lib/io/table-text.js";

const COUNT = 200_000;
const columns: TableColumns = {
  name: {type: "string", label: "Name"},
  n: {type: "integer", label: "N"},
  x: {type: "number", label: "X", nullable: true},
  list: {type: "integers", label: "List"},
};
const rows = Array.from({length: COUNT}, (_, n) => ({
  name: `tensor ${n}`,
  n,
  x: n % 7 === 0 ? null : n / 8,
  list: [n, 1],
}));

describe("a table of 200,000 rows", () => {
  test("is written as CSV and JSON", () => {
    const lines = rowsToCsv(columns, rows).split("\r\n");
    expect(lines).toHaveLength(COUNT + 2);
    expect(lines[COUNT]).toBe(`tensor 199999,199999,24999.875,"[199999,1]"`);
    expect(JSON.parse(rowsToJson(columns, rows)).at(-1)).toEqual(rows.at(-1));
  });

  test("goes through Arrow and back", () => {
    const {rows: back} = rowsFromArrow(rowsToArrow(columns, rows));
    expect(back).toHaveLength(COUNT);
    expect(back[0]).toEqual(rows[0]);
    expect(back.at(-1)).toEqual(rows.at(-1));
  });
});

describe("CSV", () => {
  const one = (cell: string | number | readonly string[]) => {
    const type = typeof cell === "string" ? "string" : typeof cell === "number" ? "number" : "strings";
    return rowsToCsv({cell: {type, label: "Cell"}}, [{cell}]).split("\r\n")[1];
  };

  test.each(["=1+1", "+1", "-1", "@SUM(A1)", "\t=1"])(
    "does not let a spreadsheet run the text %j",
    (text) => {
      expect(one(text)).toBe(`"'${text}"`);
    },
  );

  test("keeps quotes in a text that would run apart from its own", () => {
    expect(one('=HYPERLINK("x")')).toBe(`"'=HYPERLINK(""x"")"`);
  });

  test.each([
    [-1, "-1"],
    [Number.NEGATIVE_INFINITY, "-Infinity"],
    ["a=b", "a=b"],
    [["=1", "b"], `"[""=1"",""b""]"`],
  ])("writes %j as it is", (cell, text) => {
    expect(one(cell)).toBe(text);
  });
});
