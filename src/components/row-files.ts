import {bool, float64, tableFromArrays, tableToIPC, utf8} from "@uwdata/flechette";
import type {Column, Columns, Row} from "../lib/experiment/columns.js";

/** Rows as an Arrow stream, a column each and `provenance`. Integers too are float64, exact up to 2^53. */
export function rowsToArrow(columns: Columns, rows: readonly Row[]): Uint8Array<ArrayBuffer> {
  const all: Columns = {...columns, provenance: {type: "string", label: "provenance"}};
  const arrays = Object.entries(all).map(
    ([name]) => [name, rows.map((row) => row[name] ?? null)] as [string, unknown[]],
  );
  const types = Object.fromEntries(Object.entries(all).map(([name, {type}]) => [name, arrowType(type)]));
  return tableToIPC(tableFromArrays(arrays as never, {types}), {format: "stream"}) as Uint8Array<ArrayBuffer>;
}

function arrowType(type: Column["type"]) {
  return type === "string" ? utf8() : type === "boolean" ? bool() : float64();
}

/** Rows as CSV (RFC 4180) with a header line; numbers in full, nothing as an empty cell. */
export function rowsToCsv(columns: Columns, rows: readonly Row[]): string {
  const names = [...Object.keys(columns), "provenance"];
  const lines = [names.join(","), ...rows.map((row) => names.map((name) => csvCell(row[name])).join(","))];
  return `${lines.join("\r\n")}\r\n`;
}

function csvCell(value: unknown): string {
  const text = value === null || value === undefined ? "" : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Hands the reader a file; nothing is sent anywhere. */
export function saveFile(name: string, content: BlobPart, type: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([content], {type}));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
