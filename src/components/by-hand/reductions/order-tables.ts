import {html} from "htl";
import type {Row} from "../../../lib/experiment/columns.js";
import type {orders} from "../../../lib/experiments/reductions/orders.js";
import {readShippedTable} from "../../kit/rows/shipped-table.js";
import {captioned} from "../../kit/text/captioned.js";
import {groupedDigits, numberText} from "../../kit/text/number-text.js";

/** Rows whose scores leave a range. */
export type RangeRow = Row<(typeof orders)["tables"]["ranges"]>;
/** Counts of a cascade. */
export type CascadeRow = Row<(typeof orders)["tables"]["cascades"]>;

const table = (label: string, head: readonly string[], body: readonly (readonly string[])[]) =>
  html`<div class="table-scroll" tabindex="0" role="group" aria-label=${label}><table class="numbers">
    <thead><tr>${head.map((text) => html`<th scope="col">${text}</th>`)}</tr></thead>
    <tbody>${body.map(([name, ...cells]) => html`<tr><th scope="row">${name}</th>${cells.map((text) => html`<td>${text}</td>`)}</tr>`)}</tbody>
  </table></div>`;

const distinct = <T>(values: readonly T[]): T[] => [...new Set(values)];

/** Shares of rows that a range does not hold, by its reach. */
export const rangeTable = (bytes: ArrayBuffer): HTMLElement =>
  rangeTableOf(readShippedTable(bytes) as unknown as readonly RangeRow[]);

/** The same of rows at hand. */
export function rangeTableOf(all: readonly RangeRow[]): HTMLElement {
  const rows = all.filter(({layer}) => layer === "all");
  const reaches = distinct(rows.map(({reach}) => reach));
  const body = distinct(rows.map(({model}) => model)).map((model) => [
    model,
    ...reaches.map((each) => shareText(rows.find((row) => row.model === model && row.reach === each))),
  ]);
  return captioned(
    "How often must a row be computed anew?",
    rangeFinding(rows),
    table("Rows computed anew by reach", ["model", ...reaches.map((each) => `± ${each}`)], body),
  );
}

const shareText = (row: RangeRow | undefined) =>
  row === undefined ? "" : `${numberText(100 * row.recomputed, 3)} %`;

function rangeFinding(rows: readonly RangeRow[]): string {
  const texts = distinct(rows.map(({model}) => model)).map((model) => {
    const free = rows.filter((row) => row.model === model && row.recomputed < 0.01);
    const least = free.reduce((most, {reach}) => Math.min(most, reach), Number.POSITIVE_INFINITY);
    return Number.isFinite(least)
      ? `${model}: fewer than one in a hundred from a reach of ${least} on`
      : `${model}: in no range tried fewer than one in a hundred`;
  });
  return `${texts.join("; ")}. The range stands around one number for the whole model.`;
}

/** Passes and footprint of each cascade by the number of keys. */
export const cascadeTable = (bytes: ArrayBuffer): HTMLElement =>
  cascadeTableOf(readShippedTable(bytes) as unknown as readonly CascadeRow[]);

/** The same of rows at hand. */
export function cascadeTableOf(all: readonly CascadeRow[]): HTMLElement {
  const [{model}] = all;
  const rows = all.filter((row) => row.model === model);
  const keys = distinct(rows.map((row) => row.keys));
  const body = distinct(rows.map(({cascade}) => cascade)).map((cascade) => {
    const own = rows.filter((row) => row.cascade === cascade);
    const longest = own[own.length - 1];
    return [
      longest.label,
      String(longest.passes),
      ...own.map(({held}) => groupedDigits(String(held))),
      groupedDigits(String(longest.exponentials)),
      groupedDigits(String(longest.divisions)),
    ];
  });
  const head = [
    "cascade",
    "passes",
    ...keys.map((count) => `numbers held, ${count} keys`),
    "exponentials",
    "divisions",
  ];
  return captioned("What is held between the lines?", cascadeFinding(rows), table("Cascades", head, body));
}

function cascadeFinding(rows: readonly CascadeRow[]): string {
  const ends = (id: string) => rows.filter(({cascade}) => cascade === id);
  const [one, three] = [ends("fusemax"), ends("three-pass")];
  const grows = (own: readonly CascadeRow[]) => own[own.length - 1].held / own[0].held;
  const times = one[one.length - 1].keys / one[0].keys;
  return `With ${numberText(times, 3)} times the keys three passes hold ${numberText(grows(three), 3)} times as many numbers, one pass ${grows(one) === 1 ? "as many as before" : `${numberText(grows(one), 3)} times as many`}. The last columns are for ${one[one.length - 1].keys} keys.`;
}
