import {tableFromIPC as readWithFlechette} from "@uwdata/flechette";
import {tableFromIPC} from "apache-arrow";
import {describe, expect, test} from "vitest";
import type {Columns, Row} from "../../src/lib/experiment/columns.js";
import {experimentMetadata, withGivenColumns} from "../../src/lib/experiment/table.js";
import {rowsFromArrow, rowsToArrow} from "../../src/lib/io/arrow.js";
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

  test("stores a text once, however many rows have it", () => {
    const many = Array.from({length: 1000}, () => rows[0]);
    const longer = many.map((row) => ({...row, name: `${"long ".repeat(200)}`}));
    const added = rowsToArrow(columns, longer).length - rowsToArrow(columns, many).length;
    expect(added).toBeLessThan(1100);
  });

  test("stores float32 in half of the bytes, and gives back the same numbers", () => {
    const column = (precision?: "float32") =>
      ({x: {type: "number", label: "X", ...(precision && {precision})}}) as const;
    const values = Array.from({length: 800}, (_, i) => ({x: Math.fround(i / 7)}));
    const [half, whole] = [rowsToArrow(column("float32"), values), rowsToArrow(column(), values)];
    expect(whole.length - half.length).toBe(3200);
    expect(rowsFromArrow(half).rows).toEqual(values);
  });

  test("refuses an integer of more than 32 bits by row and name", () => {
    expect(() => rowsToArrow(columns, [{...rows[0], count: 2 ** 31}])).toThrow(
      "rowsToArrow: count of row 0 must be an integer of 32 bits, got 2147483648",
    );
  });
});

describe("lists", () => {
  const lists = {
    scores: {type: "numbers", label: "Scores", nullable: true},
    tokens: {type: "integers", label: "Tokens"},
    words: {type: "strings", label: "Words"},
  } as const;
  const cells = [
    {scores: [0.1, Number.NEGATIVE_INFINITY], tokens: [3, -1], words: ["a", 'b"', "c,d"]},
    {scores: null, tokens: [], words: []},
  ];

  test("come back from Arrow as they were", () => {
    expect(rowsFromArrow(rowsToArrow(lists, cells)).rows).toEqual(cells);
  });

  test("hold integers of 32 bits", () => {
    const wrong = [{...cells[0], tokens: [1, 2 ** 40]}];
    expect(() => rowsToArrow(lists, wrong)).toThrow(
      "tokens of row 0 must be an integer of 32 bits, got 1099511627776",
    );
  });

  test("stand in CSV as JSON arrays", () => {
    expect(rowsToCsv(lists, cells)).toBe(
      'scores,tokens,words\r\n"[0.1,""-Infinity""]","[3,-1]","[""a"",""b\\"""",""c,d""]"\r\n,[],[]\r\n',
    );
  });

  test("stand in JSON as arrays", () => {
    expect(JSON.parse(rowsToJson(lists, cells))).toEqual([
      {...cells[0], scores: [0.1, "-Infinity"]},
      cells[1],
    ]);
  });
});

test("rowsFromArrow gives back rows and metadata", () => {
  const read = rowsFromArrow(rowsToArrow(columns, rows, {experiment: "formats/x"}));
  expect(read.rows).toEqual(rows);
  expect(read.metadata).toEqual(new Map([["experiment", "formats/x"]]));
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
    tables: {},
    needs: [],
    sweep: [],
  } as const;
  const metadata = experimentMetadata(experiment, [{bits: 4}]);
  expect(metadata).toMatchObject({experiment: "formats/x", title: "X", question: "Why?", source: "a paper"});
  expect(JSON.parse(metadata.settings)).toEqual([{bits: 4}]);
  expect(JSON.parse(metadata.params)).toEqual(experiment.params);
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
