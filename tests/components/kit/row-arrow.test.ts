import {DataType, tableFromIPC} from "apache-arrow";
import {expect, test} from "vitest";
import {rowsToArrowInPage} from "../../../src/components/kit/rows/row-arrow.js";
import {readShippedTable, shippedTable} from "../../../src/components/kit/rows/shipped-table.js";
import {sweepSettings} from "../../../src/lib/experiment/sweep.js";
import {experimentMetadata} from "../../../src/lib/experiment/table.js";
import {roofline} from "../../../src/lib/experiments/accel/roofline.js";
import {rowsFromArrow, rowsToArrow} from "../../../src/lib/io/arrow.js";
import type {TableColumns} from "../../../src/lib/io/table-text.js";

const columns: TableColumns = {
  name: {type: "string", label: "Name"},
  bits: {type: "number", label: "Size", unit: "bits per element", provenance: "measured"},
  count: {type: "integer", label: "Count"},
  fits: {type: "boolean", label: "Fits", nullable: true},
  loss: {type: "number", label: "Loss", nullable: true},
  rough: {type: "number", label: "Rough", precision: "float32"},
  scores: {type: "numbers", label: "Scores"},
  codes: {type: "integers", label: "Codes", nullable: true},
  words: {type: "strings", label: "Words"},
};
const rows = [
  {
    name: "mxfp4",
    bits: 4.25,
    count: 7,
    fits: true,
    loss: null,
    rough: 0.5,
    scores: [1 / 3, 2],
    codes: null,
    words: ["a", "ü"],
  },
  {
    name: 'na, "me" µ',
    bits: 1 / 3,
    count: -1,
    fits: null,
    loss: 2e-30,
    rough: -3,
    scores: [],
    codes: [-1, 7],
    words: [],
  },
];

const plain = (bytes: Uint8Array) => rowsFromArrow(bytes).rows;

test("a page writes the rows that the library's writer writes", () => {
  expect(plain(rowsToArrowInPage(columns, rows))).toEqual(plain(rowsToArrow(columns, rows)));
  expect(plain(rowsToArrowInPage(columns, rows))).toEqual(rows);
});

/** The type with the types of a dictionary and of its indices. */
const typeText = (type: DataType) =>
  DataType.isDictionary(type) ? `${type.dictionary} by ${type.indices}` : String(type);

test("a page's table says label, unit and provenance of its columns, as the library's does", () => {
  const fields = (bytes: Uint8Array) =>
    tableFromIPC(bytes).schema.fields.map(({name, type, metadata}) => [name, typeText(type), [...metadata]]);
  expect(fields(rowsToArrowInPage(columns, rows))).toEqual(fields(rowsToArrow(columns, rows)));
});

test("a table without rows keeps its columns", () => {
  const table = tableFromIPC(rowsToArrowInPage(columns, []));
  expect(table.numRows).toBe(0);
  expect(table.schema.fields.map(({name}) => name)).toEqual(Object.keys(columns));
});

test("a shipped table is read back as plain rows", () => {
  const bytes = rowsToArrow(
    {...columns, setting: {type: "integer", label: "Setting"}},
    rows.map((row) => ({...row, setting: 3})),
  );
  expect(readShippedTable(bytes.slice().buffer)).toEqual(rows.map((row) => ({...row, setting: 3})));
});

test("a table of an experiment brings its definition", () => {
  const metadata = experimentMetadata(roofline, sweepSettings(roofline));
  const {definition, rows} = shippedTable(rowsToArrow(columns, [], metadata).slice().buffer);
  expect(definition).toEqual(JSON.parse(JSON.stringify(described(roofline))));
  expect(rows).toEqual([]);
});

/** A definition as a table brings it: without code, its settings with all their parameters. */
function described({run: _, runTables: __, needsOf: ___, ...definition}: typeof roofline) {
  return {...definition, sweep: sweepSettings(roofline)};
}
