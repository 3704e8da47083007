import type {Row} from "../../../lib/experiment/columns.js";
import type {kroneckerExperiment} from "../../../lib/experiments/mixers/kronecker.js";
import {readShippedTable} from "../../kit/rows/shipped-table.js";
import {groupedDigits, numberText} from "../../kit/text/number-text.js";
import {numberGrid} from "./number-grid.js";
import {numberTable} from "./number-table.js";

/** Operations of a text by its length. */
export type LengthRow = Row<(typeof kroneckerExperiment)["tables"]["lengths"]>;
/** Numbers decided by the head that is written down. */
export type SharpRow = Row<(typeof kroneckerExperiment)["tables"]["sharpness"]>;

const rowsOf = <R>(bytes: ArrayBuffer): readonly R[] => readShippedTable(bytes) as unknown as readonly R[];

const distinct = <T>(values: readonly T[]): T[] => [...new Set(values)];

/** Operations of the exact sum and of polynomials, by the length of a text. */
export const lengthTable = (bytes: ArrayBuffer): HTMLElement => lengthTableOf(rowsOf<LengthRow>(bytes));

/** The same of rows at hand. */
export function lengthTableOf(rows: readonly LengthRow[]): HTMLElement {
  const {columns, body} = numberGrid(rows, {
    line: ({algorithm}) => algorithm,
    column: ({tokens}) => `${groupedDigits(String(tokens))} tokens`,
    cell: ({operations, counted}) => `${numberText(operations, 3)}${counted === null ? "*" : ""}`,
  });
  return numberTable({
    question: "How many operations does a text take?",
    finding: lengthFinding(rows),
    label: "Operations by length",
    head: ["algorithm", ...columns],
    body,
  });
}

function lengthFinding(rows: readonly LengthRow[]): string {
  const first = (algorithm: string) =>
    rows.find(({tokens, algorithm: own, operations}) => {
      const exact = rows.find((row) => row.algorithm === "exact" && row.tokens === tokens);
      return own === algorithm && exact !== undefined && operations < exact.operations;
    })?.tokens;
  const texts = distinct(rows.map(({algorithm}) => algorithm))
    .filter((algorithm) => algorithm !== "exact" && first(algorithm) !== undefined)
    .map((algorithm) => `${algorithm} from ${first(algorithm)} tokens on`);
  return `Of the lengths tried, polynomials take fewer operations than the exact sum: ${texts.join(", ")}. A star marks what follows by formula from the same counts.`;
}

/** Numbers decided rightly by the written head, by its sharpness. */
export const sharpTable = (bytes: ArrayBuffer): HTMLElement => sharpTableOf(rowsOf<SharpRow>(bytes));

/** The same of rows at hand. */
export function sharpTableOf(rows: readonly SharpRow[]): HTMLElement {
  const {columns, body} = numberGrid(rows, {
    line: ({algorithm}) => algorithm,
    column: ({bound}) => `entries up to ${numberText(bound, 2)}`,
    cell: ({right}) => `${numberText(100 * right, 3)} %`,
  });
  return numberTable({
    question: "How sharp must the head be?",
    finding: sharpFinding(rows),
    label: "Numbers decided rightly",
    head: ["algorithm", ...columns],
    body,
  });
}

function sharpFinding(rows: readonly SharpRow[]): string {
  const sharpest = rows.reduce((most, {sharpness}) => Math.max(most, sharpness), 0);
  const texts = rows
    .filter(({sharpness}) => sharpness === sharpest)
    .map(({algorithm, right}) => `${algorithm} decides ${numberText(100 * right, 3)} %`);
  return `Where the exact head decides every number rightly, ${texts.slice(1).join(", ")}. Triples below a modulus of 5, ${rows[0].lists} lists of 8 numbers.`;
}
