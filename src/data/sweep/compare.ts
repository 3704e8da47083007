/** Compares rows of two runs of the same setting. */
import {MAIN_TABLE, type Row, type TableRows} from "../../lib/experiment/columns.js";

/** Relative difference up to which two numbers are one: engines differ in the last bit of exp, log and sin. */
export const TOLERANCE = 1e-12;

/** The first difference between the tables of two runs, in words; undefined if there is none. */
export function differenceOf(tables: TableRows, others: TableRows): string | undefined {
  const names = [...new Set([...Object.keys(tables), ...Object.keys(others)])];
  const found = names.map((name) => {
    const difference = rowsDifference(tables[name] ?? [], others[name] ?? []);
    return difference && (name === MAIN_TABLE ? difference : `table ${name}: ${difference}`);
  });
  return found.find((difference) => difference !== undefined);
}

function rowsDifference(rows: readonly Row[], others: readonly Row[]): string | undefined {
  if (rows.length !== others.length) return `${rows.length} rows against ${others.length}`;
  for (const [index, row] of rows.entries()) {
    for (const name of new Set([...Object.keys(row), ...Object.keys(others[index])])) {
      const [value, other] = [row[name], others[index][name]];
      if (!isSame(value, other)) return `${name} of row ${index}: ${String(value)} against ${String(other)}`;
    }
  }
  return undefined;
}

function isSame(value: unknown, other: unknown): boolean {
  if (Array.isArray(value) && Array.isArray(other)) {
    return value.length === other.length && value.every((item, i) => isSame(item, other[i]));
  }
  if (Object.is(value, other) || value === other) return true;
  if (typeof value !== "number" || typeof other !== "number") return false;
  if (!Number.isFinite(value) || !Number.isFinite(other)) return false;
  return Math.abs(value - other) <= TOLERANCE * Math.max(Math.abs(value), Math.abs(other));
}
