import {shown} from "../technique/check-params.js";
import {type Column, type Columns, MAIN_TABLE, type Row, type Tables} from "./columns.js";
import {PROVENANCES} from "./provenance.js";

/**
 * Checks the rows of all tables against their columns.
 * @throws TypeError if a table is missing or not declared, or for a cell as {@link checkRows}; `where` begins the message.
 */
export function checkTables(
  where: string,
  columns: Tables,
  tables: Readonly<Record<string, readonly Row[]>>,
): void {
  const names = Object.keys(columns);
  const given = Object.keys(tables);
  if (names.length !== given.length || !names.every((name) => Array.isArray(tables[name]))) {
    throw new TypeError(`${where}: tables must be ${names.join(", ")}, got ${given.join(", ")}`);
  }
  for (const name of names) {
    checkRows(name === MAIN_TABLE ? where : `${where}: table ${name}`, columns[name], tables[name]);
  }
}

/**
 * Checks rows against their columns: every cell there, of its type, and nothing beside them.
 * @throws TypeError naming row, column, the type it must have and the value it has; `where` begins the message.
 */
function checkRows<C extends Columns>(where: string, columns: C, rows: readonly Row<C>[]): void {
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

function fits({type, nullable, precision}: Column, value: unknown): boolean {
  if (value === null) return nullable === true;
  const isNumber = (cell: unknown) =>
    // A number that does not exist is null, so that no NaN slips into a mean or a plot unseen.
    typeof cell === "number" &&
    !Number.isNaN(cell) &&
    (precision === undefined || Math.fround(cell) === cell);
  const listOf = (isItem: (item: unknown) => boolean) => Array.isArray(value) && value.every(isItem);
  switch (type) {
    case "number":
      return isNumber(value);
    case "integer":
      return Number.isSafeInteger(value);
    case "numbers":
      return listOf(isNumber);
    case "integers":
      return listOf(Number.isSafeInteger);
    case "strings":
      return listOf((item) => typeof item === "string");
    default:
      return typeof value === type;
  }
}

const TYPE_NAMES: Readonly<Record<Column["type"], string>> = {
  string: "a string",
  boolean: "true or false",
  integer: "a safe integer",
  number: "a number",
  strings: "a list of strings",
  integers: "a list of safe integers",
  numbers: "a list of numbers",
};

function cellType({type, nullable, precision}: Column): string {
  return `${TYPE_NAMES[type]}${precision ? ` in ${precision}` : ""}${nullable ? " or null" : ""}`;
}
