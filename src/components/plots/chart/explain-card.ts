import {html} from "htl";

/** Explanation of a touched point. */
export interface Explanation {
  readonly title: string;
  /** Name and value, a line each: parameters, quantities with their unit, where they come from. */
  readonly facts: readonly (readonly [name: string, value: string])[];
  readonly source?: string;
  /** Opens this very state. */
  readonly link?: string;
  /** Words of the link, where it opens something else. */
  readonly linkText?: string;
}

/** An explanation as a card. Its texts may come from a reader's own file: they are set as text, never as HTML. */
export function explainCard({
  title,
  facts,
  source,
  link,
  linkText = "Open this state",
}: Explanation): HTMLElement {
  return html`<div class="explain-card">
    <p class="card-title">${title}</p>
    <dl>${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
    ${source && html`<p class="cite">Source: ${source}</p>`}
    ${link && html`<p><a href=${link}>${linkText}</a></p>`}
  </div>`;
}
