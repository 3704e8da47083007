import {shown} from "../technique/check-params.js";
import type {Column, Columns, Row} from "./columns.js";
import {PROVENANCES} from "./provenance.js";

/**
 * Holds rows against their columns: every cell there, of its type, and nothing beside them.
 * @throws TypeError naming row, column, the type it must have and the value it has; `where` begins the message.
 */
export function checkRows<C extends Columns>(where: string, columns: C, rows: readonly Row<C>[]): void {
  rows.forEach((row: Readonly<Record<string, unknown>>, index) => {
    for (const [name, column] of Object.entries(columns)) {
      if (!fits(column, row[name])) {
        throw new TypeError(
          `${where}: ${name} of row ${index} must be ${cellType(column)}, got ${shown(row[name])}`,
        );
      }
    }
    if (!PROVENANCES.includes(row.provenance as never)) {
      throw new TypeError(
        `${where}: provenance of row ${index} must be one of ${PROVENANCES.join(", ")}, got ${shown(row.provenance)}`,
      );
    }
    const stray = Object.keys(row).find((name) => name !== "provenance" && !Object.hasOwn(columns, name));
    if (stray !== undefined) {
      throw new TypeError(`${where}: row ${index} must have only declared columns, got ${shown(stray)}`);
    }
  });
}

function fits(column: Column, value: unknown): boolean {
  if (value === null) return column.nullable === true;
  if (column.type === "integer") return Number.isSafeInteger(value);
  // A number that does not exist is null, so that no NaN slips into a mean or a plot unseen.
  return typeof value === column.type && !Number.isNaN(value);
}

function cellType({type, nullable}: Column): string {
  const name = {string: "a string", boolean: "true or false", integer: "a safe integer", number: "a number"}[
    type
  ];
  return nullable ? `${name} or null` : name;
}
