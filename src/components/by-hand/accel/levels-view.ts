import {html} from "htl";
import type {Row, TableRows} from "../../../lib/experiment/columns.js";
import type {elsaAccuracy} from "../../../lib/experiments/accel/elsa-accuracy.js";
import {captioned} from "../../kit/text/captioned.js";
import {numberText} from "../../kit/text/number-text.js";
import {grouped} from "../../plots/series.js";

type Columns = (typeof elsaAccuracy)["columns"];
type Tables = (typeof elsaAccuracy)["tables"];
type WayRow = Row<Columns>;
type LevelRow = Row<Tables["levels"]>;

/** Accuracy of every way to choose levels, and the levels that the searches chose. */
export function levelsView(
  rows: readonly WayRow[],
  _params: unknown,
  tables: Partial<TableRows<Columns, Tables>>,
): HTMLElement {
  return html`<div>${captioned("Which levels keep accuracy at the same work?", levelsFinding(rows), waysTable(rows))}
    ${tables.levels ? levelsTable(tables.levels) : null}</div>`;
}

const percent = (share: number): string => `${numberText(100 * share, 3)} %`;

/** Rows of all seeds together. */
const pooled = (rows: readonly WayRow[]) => rows.filter(({seed}) => seed === "all");

/** Ways whose interval of the change against one level for all lies on one side. */
export function levelsFinding(rows: readonly WayRow[]): string {
  const ways = pooled(rows).filter(({way}) => way !== "dense" && way !== "one level for all");
  const told = ways.map(({way, change, changeLow, changeHigh}) => {
    const side = changeLow > 0 ? "better" : changeHigh < 0 ? "worse" : "not told apart";
    return `${way}: ${numberText(100 * change, 2)} points, ${side}`;
  });
  const dense = pooled(rows).find(({way}) => way === "dense");
  const uniform = pooled(rows).find(({way}) => way === "one level for all");
  const first =
    dense && uniform
      ? `One level for all names ${percent(uniform.accuracy)} rightly, the dense model ${percent(dense.accuracy)}. `
      : "";
  return `${first}Against one level for all: ${told.join("; ")}.`;
}

function waysTable(rows: readonly WayRow[]): HTMLElement {
  return html`<div class="table-scroll" tabindex="0" role="group" aria-label="Accuracy of every way to choose levels"><table>
    <thead><tr><th scope="col">levels</th><th scope="col">work over dense</th><th scope="col">named rightly (95 % interval)</th><th scope="col">losses measured for a seed</th></tr></thead>
    <tbody>${pooled(rows).map(
      ({way, work, accuracy, accuracyLow, accuracyHigh, evaluations}) => html`<tr><th scope="row">${way}</th>
        <td>${numberText(work, 3)}</td>
        <td>${percent(accuracy)} <span class="muted">${percent(accuracyLow)} to ${percent(accuracyHigh)}</span></td>
        <td>${evaluations}</td></tr>`,
    )}</tbody>
  </table></div>`;
}

/** A row for each seed of the widest search, a column for each linear. */
function levelsTable(levels: readonly LevelRow[]): HTMLElement {
  const evolved = grouped(
    levels.filter(({way}) => way === "evolved"),
    ({seed}) => seed,
  );
  const [first = []] = evolved.values();
  const table = html`<div class="table-scroll" tabindex="0" role="group" aria-label="Levels that the search chose"><table>
    <thead><tr><th scope="col">layer</th><th scope="col">linear</th>${Array.from(evolved.keys(), (seed) => html`<th scope="col">seed ${seed}</th>`)}</tr></thead>
    <tbody>${first.map(
      ({layer, linear}, i) =>
        html`<tr><td>${layer}</td><th scope="row">${linear}</th>${Array.from(evolved.values(), (own) => html`<td>${own[i].chosen}</td>`)}</tr>`,
    )}</tbody>
  </table></div>`;
  return html`<details class="notes"><summary>The levels that the search chose, linear by linear</summary>${table}</details>`;
}
