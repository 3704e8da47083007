import {html} from "htl";
import type {Row} from "../../../lib/experiment/columns.js";
import type {answersByOrder} from "../../../lib/experiments/decoding/answers-by-order.js";
import type {orderOfSums} from "../../../lib/experiments/decoding/order-of-sums.js";
import type {lossless} from "../../../lib/experiments/formats/lossless.js";
import {canonicalCodes} from "../../../lib/formats/dfloat11/huffman.js";
import {readShippedTable} from "../../kit/rows/shipped-table.js";
import {captioned} from "../../kit/text/captioned.js";
import {numberText, quantityText} from "../../kit/text/number-text.js";
import {endFinding, type TrainingEnd} from "../../plots/formats/few-bit-training.js";

/** An exponent of a source of values with its code. */
export type ExponentRow = Row<(typeof lossless)["tables"]["exponents"]>;
/** A precision of sums with its texts. */
export type PrecisionRow = Row<(typeof orderOfSums)["tables"]["precisions"]>;
/** A precision of sums with the spread of answers over orders. */
export type SpreadRow = Row<(typeof answersByOrder)["columns"]>;

const table = (label: string, head: readonly string[], body: readonly (readonly string[])[]): HTMLElement =>
  html`<div class="table-scroll" tabindex="0" role="group" aria-label=${label}><table class="numbers">
    <thead><tr>${head.map((text) => html`<th scope="col">${text}</th>`)}</tr></thead>
    <tbody>${body.map(([name, ...cells]) => html`<tr><th scope="row">${name}</th>${cells.map((text) => html`<td>${text}</td>`)}</tr>`)}</tbody>
  </table></div>`;

const between = (low: number | null, high: number | null): string =>
  low === null || high === null ? "not known" : `${numberText(low, 2)} to ${numberText(high, 2)}`;

/** Final losses of trainings of one length, with the interval of their distance from BF16. */
export function endTable(bytes: ArrayBuffer, length: string): HTMLElement {
  const ends = (readShippedTable(bytes) as unknown as readonly TrainingEnd[]).filter(
    (row) => row.length === length,
  );
  return endTableOf(ends, length);
}

/** The same of rows at hand. */
export function endTableOf(ends: readonly TrainingEnd[], length: string): HTMLElement {
  const body = ends.map((row) => [
    row.name,
    row.bits === 16 ? "" : numberText(row.above, 2),
    row.bits === 16 ? "" : between(row.seedsLow, row.seedsHigh),
    numberText(row.loss, 4),
    row.forward,
    row.backward,
  ]);
  const head = ["Products", "above BF16", "95 % over seeds", "loss", "forwards", "gradient"];
  return captioned(
    `Where does each ${length} training end?`,
    endFinding(ends),
    table("Final losses", head, body),
  );
}

/** Exponents that are shown: the most frequent ones. */
const SHOWN = 10;

/** The most frequent exponents with their codes, the shortest code first. */
export function exponentTable(rows: readonly ExponentRow[]): HTMLElement {
  const ordered = rows.toSorted((a, b) => a.bits - b.bits || a.exponent - b.exponent);
  const codes = canonicalCodes({
    symbols: Uint8Array.from(ordered, ({exponent}) => exponent),
    lengths: Uint8Array.from(ordered, ({bits}) => bits),
  });
  const shownRows = ordered
    .slice(0, SHOWN)
    .map((row, i) => ({...row, code: codes[i].toString(2).padStart(row.bits, "0")}));
  const body = shownRows
    .toSorted((a, b) => b.share - a.share)
    .map(({exponent, share, code}) => [
      `${exponent}`,
      `${numberText(2 ** (exponent - 127), 3)} to ${numberText(2 ** (exponent - 126), 3)}`,
      `${numberText(100 * share, 3)} %`,
      code,
    ]);
  const shown = shownRows.reduce((sum, {share}) => sum + share, 0);
  const finding = `${rows.length} of 256 exponents occur; the ${Math.min(SHOWN, rows.length)} most frequent ones are ${numberText(100 * shown, 3)} % of all values.`;
  return captioned(
    "Which exponents get the short codes?",
    finding,
    table("Codes of exponents", ["Exponent", "magnitudes", "share", "code"], body),
  );
}

/** Texts that differ with the order of sums, and how near the likeliest tokens were. */
export function precisionTable(rows: readonly PrecisionRow[]): HTMLElement {
  const body = rows.map((row) => [
    row.name,
    quantityText(row.weightBytes, "B"),
    `${numberText(100 * row.differs, 2)} %`,
    `${numberText(100 * row.differsInTree, 2)} %`,
    row.flipGap === null ? "no text differs" : numberText(row.flipGap, 2),
    row.gap === null ? "" : numberText(row.gap, 2),
  ]);
  const head = [
    "Precision",
    "weights",
    "texts that differ",
    "in one tree",
    "gap at the first difference",
    "gap, median",
  ];
  return captioned("What decides?", precisionFinding(rows), table("Precisions of sums", head, body));
}

/** Gaps of logits where texts part, beside those of all tokens. */
export function precisionFinding(rows: readonly PrecisionRow[]): string {
  const worst = rows.toSorted((a, b) => b.differs - a.differs)[0];
  if (worst === undefined || worst.flipGap === null || worst.gap === null) return "No text differs.";
  return `In ${worst.name} texts part where the two likeliest tokens are ${numberText(worst.flipGap, 2)} apart in their logits, at the median, against ${numberText(worst.gap, 2)} for all tokens. Sums along one tree are the same for every number of workers, in every precision.`;
}

/** Answers that end where the model ends them: how far they scatter over orders of sums. */
export function spreadTable(rows: readonly SpreadRow[]): HTMLElement {
  const body = rows.map((row) => [
    row.name,
    `${numberText(100 * row.differs, 2)} %`,
    `${numberText(100 * row.right, 2)} %`,
    `${numberText(100 * row.rightDeviation, 2)} %`,
    numberText(row.length, 3),
    numberText(row.lengthDeviation, 2),
    numberText(row.chanceDeviation, 2),
  ]);
  const head = [
    "Precision",
    "answers that differ",
    "right",
    "its deviation",
    "tokens",
    "their deviation",
    "deviation of the top probability",
  ];
  return captioned(
    "How far do answers scatter over orders of sums?",
    spreadFinding(rows),
    table("Spread of answers over orders of sums", head, body),
  );
}

/** Shares of answers that change in the precision where most do, and with LayerCast. */
export function spreadFinding(rows: readonly SpreadRow[]): string {
  const worst = rows.toSorted((a, b) => b.differs - a.differs)[0];
  const cast = rows.find(({precision}) => precision === "layercast");
  if (worst === undefined || cast === undefined) return "There are no answers.";
  if (worst.differs === 0) return "No answer changes with the order of sums.";
  const right =
    worst.rightRange === 0
      ? "as many are right in every order"
      : `the share of right ones moves by up to ${numberText(100 * worst.rightRange, 2)} points`;
  const layerCast =
    cast.differs === 0 ? "none does" : `${numberText(100 * cast.differs, 2)} % of the answers do`;
  return `In ${worst.name}, ${numberText(100 * worst.differs, 2)} % of the answers change with the order of sums, and ${right}. With LayerCast, ${layerCast}.`;
}
