import {html} from "htl";
import type {ClaimsIndex} from "../../../data/claims.js";
import {ALL, type ClaimFilter} from "./claims-filter.js";

type SetFilter = (next: Partial<ClaimFilter>) => void;
type Summary = ClaimsIndex["summary"];

/** Claims by family and verdict: each count is a button that shows its claims. */
export function claimsSummary(summary: Summary, filter: ClaimFilter, set: SetFilter): HTMLElement {
  const verdicts = Object.keys(summary[0]?.counts ?? {});
  const families = [...summary, {family: ALL, counts: totals(summary)}];
  return html`<div class="table-scroll whole" tabindex="0" role="group" aria-label="Verdicts by family"><table class="claims-summary">
    <thead><tr><th scope="col">family</th>${[...verdicts, ALL].map((verdict) => html`<th scope="col">${verdict}</th>`)}</tr></thead>
    <tbody>${families.map(
      ({family, counts}) =>
        html`<tr><th scope="row">${family}</th>${[...verdicts, ALL].map((verdict) =>
          countCell({family, verdict}, counts[verdict] ?? sum(Object.values(counts)), filter, set),
        )}</tr>`,
    )}</tbody>
  </table></div>`;
}

function countCell(
  cell: Pick<ClaimFilter, "family" | "verdict">,
  count: number,
  filter: ClaimFilter,
  set: SetFilter,
): HTMLElement {
  if (count === 0) return html`<td>–</td>`;
  const {family, verdict} = cell;
  const pressed = filter.family === family && filter.verdict === verdict;
  const focus = family === ALL && verdict === ALL ? ALL : `${family}, ${verdict}`;
  const button = html`<button type="button" data-focus=${focus} aria-pressed=${String(pressed)} aria-label=${`${count}: ${family}, ${verdict}`}>${count}</button>`;
  button.addEventListener("click", () => set({...cell, paper: ALL, kind: ALL}));
  return html`<td>${button}</td>`;
}

function totals(summary: Summary): Record<string, number> {
  const verdicts = Object.keys(summary[0]?.counts ?? {});
  return Object.fromEntries(
    verdicts.map((verdict) => [verdict, sum(summary.map(({counts}) => counts[verdict]))]),
  );
}

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);
