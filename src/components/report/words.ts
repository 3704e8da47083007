/** Words and tables of a report. */
import type {Provenance} from "../../lib/experiment/provenance.js";
import {type Content, type Markup, markup} from "../kit/text/markup.js";
import {apart, numberText} from "../kit/text/number-text.js";

/** Kinds of numbers, in a sentence each. */
export const KINDS: Readonly<Record<Provenance, string>> = {
  measured: "run or counted here, on this file",
  modelled: "by a formula or a cost model",
  reported: "from a paper or a data sheet",
};

/** The kind of the numbers beside it. */
export const kind = (provenance: Provenance): Markup =>
  markup`<span class=${`kind kind-${provenance}`} title=${KINDS[provenance]}>${provenance}</span>`;

const UNITS = ["bytes", "kB", "MB", "GB", "TB"];

/** Bytes in the unit of their size. */
export function bytesText(bytes: number): string {
  const step = bytes < 1000 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(bytes) / 3));
  return `${Number((bytes / 1000 ** step).toPrecision(3))} ${UNITS[step]}`;
}

/** A large number that a model gives: three digits of it, with its thousands apart; a dash for none. */
export const roundText = (value: number | null): string =>
  value === null ? "–" : apart(Number(value.toPrecision(3)));

/** A number with three digits and its unit; nothing where there is none. */
export function valueText(value: number | null, unit: string | null = null): string {
  if (value === null) return "–";
  if (unit === "B") return bytesText(value);
  if (unit === null && Number.isInteger(value)) return apart(value);
  return `${numberText(value, 3)}${unit === null || unit === "share" ? "" : ` ${unit}`}`;
}

/** A column of a table: its head, and whether it holds numbers. */
export interface Column {
  readonly head: Content;
  readonly isNumber?: boolean;
  /** Sentences, which need room. */
  readonly isWords?: boolean;
}

/** A table in a box that scrolls by itself where it is wider than its place. */
export function table(columns: readonly Column[], rows: readonly (readonly Content[])[]): Markup {
  const cell = (content: Content, i: number) =>
    markup`<td class=${columns[i].isNumber ? "number" : columns[i].isWords ? "in-words" : null}>${content}</td>`;
  const [{head: first}] = columns;
  return markup`<div class="table-scroll" tabindex="0" role="group" aria-label=${`Table by ${typeof first === "string" ? first.toLowerCase() : "name"}`}><table><thead><tr>${columns.map(
    ({head, isNumber}) => markup`<th class=${isNumber ? "number" : null}>${head}</th>`,
  )}</tr></thead><tbody>${rows.map((row) => markup`<tr>${row.map(cell)}</tr>`)}</tbody></table></div>`;
}

/** Numbers that stand behind what is shown, for whoever asks. */
export const fold = (summary: Content, ...content: readonly Content[]): Markup =>
  markup`<details><summary>${summary}</summary>${content}</details>`;

/** A section of a report, with its finding in a sentence. */
export const section = (title: string, finding: Content, ...content: readonly Content[]): Markup =>
  markup`<section class="report-section"><h2>${title}</h2><p class="finding">${finding}</p>${content}</section>`;
