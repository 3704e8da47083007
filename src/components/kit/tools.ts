import {html} from "htl";
import {allTables, type Columns, MAIN_TABLE, type Row, type TableRows} from "../../lib/experiment/columns.js";
import type {Described} from "../../lib/experiment/described.js";
import {withGivenColumns} from "../../lib/experiment/table.js";
import {rowsToCsv} from "../../lib/io/table-text.js";
import type {Params, ParamValues} from "../../lib/technique/params.js";
import {rowsToArrowInPage} from "./row-arrow.js";
import {saveFile} from "./save-file.js";
import {snippet} from "./text/snippet.js";

interface State<P extends Params, C extends Columns> {
  readonly values: ParamValues<P>;
  readonly tables: TableRows<C>;
}

/** Downloads and links of a state: its address, a script that repeats it, its rows. */
export function tools<P extends Params, C extends Columns, N extends string>(
  experiment: Described<P, C, N>,
  state: () => State<P, C>,
): HTMLElement {
  const name = experiment.id.replace("/", "-");
  const save = (
    ending: string,
    type: string,
    write: (columns: Columns, rows: readonly Row[]) => string | Uint8Array<ArrayBuffer>,
  ) => {
    for (const [table, columns] of Object.entries(allTables(experiment))) {
      const rows = (state().tables as Partial<TableRows>)[table];
      const file = `${name}${table === MAIN_TABLE ? "" : `-${table}`}.${ending}`;
      // A page need not ship the further tables; a run here has them all.
      if (rows) saveFile(file, write(withGivenColumns(columns), rows), type);
    }
  };
  return html`<div class="tools" role="group" aria-label="Take away">
    ${copyButton("Copy link", () => location.href)}
    ${copyButton("Copy as code", () => snippet(experiment, state().values))}
    ${actionButton("Rows as Arrow", () => save("arrow", "application/vnd.apache.arrow.stream", rowsToArrowInPage))}
    ${actionButton("Rows as CSV", () => save("csv", "text/csv", rowsToCsv))}
  </div>`;
}

function actionButton(label: string, action: () => unknown): HTMLElement {
  const button = html`<button type="button">${label}</button>`;
  button.onclick = action;
  return button;
}

/** Copies a text and says so; where the browser refuses, the text is shown to be copied by hand. */
function copyButton(label: string, text: () => string): HTMLElement {
  const said = html`<span role="status" class="said"></span>`;
  const place = html`<span class="copy"></span>`;
  const button = actionButton(label, async () => {
    place.querySelector("textarea")?.remove();
    try {
      await navigator.clipboard.writeText(text());
      said.textContent = "copied";
      setTimeout(() => {
        said.textContent = "";
      }, 2000);
    } catch {
      place.append(html`<textarea readonly rows="6" aria-label=${`${label}: the text`}>${text()}</textarea>`);
    }
  });
  place.append(button, said);
  return place;
}
