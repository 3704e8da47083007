import {tableFromIPC} from "apache-arrow";
import {expect, test} from "vitest";
import {rowsToArrowInPage} from "../../src/components/kit/row-arrow.js";
import {readShippedTable} from "../../src/components/kit/shipped-table.js";
import {rowsToArrow} from "../../src/lib/io/arrow.js";
import type {TableColumns} from "../../src/lib/io/table-text.js";

const columns: TableColumns = {
  name: {type: "string", label: "Name"},
  bits: {type: "number", label: "Size", unit: "bits per element", provenance: "measured"},
  count: {type: "integer", label: "Count"},
  fits: {type: "boolean", label: "Fits", nullable: true},
  loss: {type: "number", label: "Loss", nullable: true},
};
const rows = [
  {name: "mxfp4", bits: 4.25, count: 7, fits: true, loss: null},
  {name: 'na, "me" µ', bits: 1 / 3, count: -1, fits: null, loss: 2e-30},
];

const plain = (bytes: Uint8Array) =>
  tableFromIPC(bytes)
    .toArray()
    .map((row) => ({...row.toJSON()}));

test("a page writes the rows that the library's writer writes", () => {
  expect(plain(rowsToArrowInPage(columns, rows))).toEqual(plain(rowsToArrow(columns, rows)));
  expect(plain(rowsToArrowInPage(columns, rows))).toEqual(rows);
});

test("a page's table says label, unit and provenance of its columns, as the library's does", () => {
  const fields = (bytes: Uint8Array) =>
    tableFromIPC(bytes).schema.fields.map(({name, type, metadata}) => [name, String(type), [...metadata]]);
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
