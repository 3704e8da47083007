import {html} from "htl";
import type {Row} from "../../../lib/experiment/columns.js";
import type {Described} from "../../../lib/experiment/described.js";
import {shippedTable} from "../../kit/rows/shipped-table.js";
import {settingSearch} from "../../kit/text/setting-search.js";

/** A question that readers come with, and the state of the page that answers it. */
export interface WayIn {
  readonly question: string;
  readonly answer: string;
  readonly page: string;
  readonly search: string;
}

/** Formats of about four bits, scales counted, among the rows of a table. */
const fourBits = (rows: readonly Row[]) =>
  rows.filter(({bitsPerElement: bits}) => Number(bits) >= 4 && Number(bits) < 5).map(({format}) => format);

/** Three ways in; the table of the home page knows the formats and the experiment of the first. */
export function waysIn(definition: Described, rows: readonly Row[]): WayIn[] {
  const setting = {distribution: "weights/decoder-small", formats: fourBits(rows)};
  return [
    {
      question: "My weights must fit in 4 bits. Which format?",
      answer:
        "Every 4-bit format on the weights of a trained model: bits, all scales counted, against error.",
      page: "./formats/choose",
      search: settingSearch([{experiment: definition, prefix: "", setting}]),
    },
    {
      question: "128k tokens on a GPU of 24 GB: does it fit?",
      answer: "An 8B model with weights in float16, and the form of the cache that leaves room for the text.",
      page: "./kv/how-long-a-context",
      search: "?context=131072&memory=24",
    },
    {
      question: "Can I run a Mamba in int8?",
      answer: "What weights and activations of 8 bits cost a trained Mamba, and which repairs win it back.",
      page: "./ssm/quantizing",
      search: "?model=mamba1-small",
    },
  ];
}

/** The ways in as cards. */
export function waysInView(table: ArrayBuffer): HTMLElement {
  const {definition, rows} = shippedTable(table);
  return html`<ul class="instruments ways-in">${waysIn(definition, rows).map(
    ({question, answer, page, search}) =>
      html`<li><p class="question"><a href=${page + search}>${question}</a></p><p>${answer}</p></li>`,
  )}</ul>`;
}
