import type {Row} from "../../../lib/experiment/columns.js";
import type {smash} from "../../../lib/experiments/sparse/smash.js";
import {readShippedTable} from "../../kit/rows/shipped-table.js";
import {apart, numberText} from "../../kit/text/number-text.js";
import {type NumberTable, numberTable} from "../mixers/number-table.js";

/** Words moved by each order of the loops. */
export type TrafficRow = Row<(typeof smash)["tables"]["traffic"]>;
/** Counts of each version. */
export type VersionRow = Row<(typeof smash)["tables"]["versions"]>;

/** Words moved by each order of a sparse product. */
export const trafficTable = (bytes: ArrayBuffer): HTMLElement =>
  numberTable(trafficOf(readShippedTable(bytes) as unknown as readonly TrafficRow[]));

const words = ({read, stored, written}: TrafficRow) => read + stored + written;

/** The same of rows at hand. */
export function trafficOf(rows: readonly TrafficRow[]): NumberTable {
  const [inner, outer, rowWise] = ["inner", "outer", "row-wise"].map(
    (order) => rows.find((row) => row.order === order)!,
  );
  const times = (other: TrafficRow) => numberText(words(other) / words(rowWise), 2);
  return {
    question: "Which words move?",
    finding: `On the ${rowWise.matrix} matrix the inner product moves ${times(inner)} times the words of the row-wise one, mostly to find that nothing meets, and the outer product ${times(outer)} times, mostly partial products that are stored and read again.`,
    label: "Words moved by order of the loops",
    head: ["matrix, order", "factors read", "partial products stored and read", "product written", "all"],
    body: rows.map((row) => [
      `${row.matrix}, ${row.order}`,
      ...[row.read, row.stored, row.written, words(row)].map(apart),
    ]),
  };
}

/** Counts of the three versions. */
export const versionsTable = (bytes: ArrayBuffer): HTMLElement =>
  numberTable(versionsOf(readShippedTable(bytes) as unknown as readonly VersionRow[]));

/** The same of rows at hand. */
export function versionsOf(rows: readonly VersionRow[]): NumberTable {
  const [dealt, taken, apartSums] = rows;
  return {
    question: "What does each version mend?",
    finding: `On the ${dealt.matrix} matrix the busiest thread has ${numberText(dealt.imbalance, 3)} times the mean work where rows are dealt beforehand, and ${numberText(taken.imbalance, 3)} times where the next row goes to whoever is free. With sums in memory there are ${apart(apartSums.windows)} windows in place of ${apart(taken.windows)}, and each partial product moves a sum.`,
    label: "Counts of the three versions",
    head: ["matrix, version", "slots", "windows", "slots looked at", "busiest over mean", "words of sums"],
    body: rows.map((row) => [
      `${row.matrix}, ${row.version}`,
      apart(row.slots),
      apart(row.windows),
      numberText(row.looks, 3),
      numberText(row.imbalance, 3),
      apart(row.sumWords),
    ]),
  };
}
