import {html} from "htl";
import type {BestChoice, Subject} from "../../../data/best-choices.js";
import {captioned} from "../../kit/text/captioned.js";
import {numberText} from "../../kit/text/number-text.js";
import {unbroken} from "../../kit/text/unbroken.js";

/** The page with all rivals of a choice, from the home page. */
const PAGES: Readonly<Record<Subject, string>> = {
  weights: "./models/formats-on-a-working-model",
  "KV cache": "./kv/small-caches#bytes-against-quality",
  "state-space model": "./ssm/quantizing",
};

const FINDING =
  "The smallest forms on the small trained models of this site whose 95 % interval of the loss ends within the limit. A cache is chosen on half of the documents and its loss measured on the other half; a candidate is chosen and measured on the same ones. A name leads to all of its rivals.";

/** The advice of the site at a glance: a row for each loss, a column for what is made smaller. */
export function bestChoicesView(choices: readonly BestChoice[]): HTMLElement {
  const limits = [...new Set(choices.map(({limit}) => limit))].sort((a, b) => a - b);
  const subjects = Object.keys(PAGES) as Subject[];
  const row = (limit: number) =>
    html`<tr><th scope="row">${percent(limit)} %</th>${subjects.map((subject) =>
      cell(
        subject,
        choices.find((choice) => choice.subject === subject && choice.limit === limit),
      ),
    )}</tr>`;
  const table = html`<div class="table-scroll" tabindex="0" role="group" aria-label="The smallest form for a loss"><table class="advice">
    <thead><tr><th scope="col">perplexity may rise by</th>${subjects.map((subject) => html`<th scope="col">${subject}</th>`)}</tr></thead>
    <tbody>${limits.map(row)}</tbody>
  </table></div>`;
  return captioned("What should I use?", unbroken(FINDING), table);
}

function cell(subject: Subject, choice: BestChoice | undefined): HTMLElement {
  if (choice === undefined) return html`<td class="muted" data-kind=${subject}>none</td>`;
  const {name, smaller, rise, riseLow, riseHigh, standing} = choice;
  return html`<td data-kind=${subject}><a href=${PAGES[subject]}>${name}</a> <span class="muted">${numberText(smaller, 2)}x smaller than 16 bits</span> <span class="muted">${unbroken(`loses ${percent(rise)} % (${percent(riseLow)} to ${percent(riseHigh)})`)}, ${standing}</span></td>`;
}

/** A share in per cent, to hundredths. */
const percent = (share: number): string => numberText(Math.round(1e4 * share) / 100 || 0, 3);
