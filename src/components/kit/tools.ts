import {html} from "htl";
import {allTables, type Columns, MAIN_TABLE, type Row, type TableRows} from "../../lib/experiment/columns.js";
import type {Described} from "../../lib/experiment/described.js";
import {withGivenColumns} from "../../lib/experiment/table.js";
import {rowsToCsv} from "../../lib/io/table-text.js";
import type {Params, ParamValues} from "../../lib/technique/params.js";
import {actionButton, copyButton} from "./copy-button.js";
import {embedCodeOf, fullScreenButton} from "./present.js";
import {saveFile} from "./save-file.js";
import {arqueroSnippet, fileStem, snippet} from "./text/snippet.js";

interface State<P extends Params, C extends Columns> {
  readonly values: ParamValues<P>;
  readonly tables: TableRows<C>;
}

/** Downloads and links of a state: its address, a script that repeats it, its rows, and itself on another page or the whole screen. */
export function tools<P extends Params, C extends Columns, N extends string>(
  experiment: Described<P, C, N>,
  state: () => State<P, C>,
  figure: string,
): HTMLElement {
  const save = (
    ending: string,
    type: string,
    write: (columns: Columns, rows: readonly Row[]) => string | Uint8Array<ArrayBuffer>,
  ) => {
    for (const [table, columns] of Object.entries(allTables(experiment))) {
      const rows = (state().tables as Partial<TableRows>)[table];
      const file = `${fileStem(experiment.id, table === MAIN_TABLE ? undefined : table)}.${ending}`;
      // A page need not ship the further tables; a run here has them all.
      if (rows) saveFile(file, write(withGivenColumns(columns), rows), type);
    }
  };
  const saveArrow = async () => {
    // Writing Arrow takes code that reading does not.
    const {rowsToArrowInPage} = await import("./rows/row-arrow.js");
    save("arrow", "application/vnd.apache.arrow.stream", rowsToArrowInPage);
  };
  const element: HTMLElement = html`<div class="tools" role="group" aria-label="Take away">
    ${copyButton("Copy link", () => location.href)}
    ${copyButton("Copy as code", () => snippet(experiment, state().values))}
    ${copyButton("Copy for arquero", () => arqueroSnippet(experiment))}
    ${actionButton("Rows as Arrow", saveArrow)}
    ${actionButton("Rows as CSV", () => save("csv", "text/csv", rowsToCsv))}
    ${copyButton("Copy embed code", () => embedCodeOf(figure, experiment.question))}
    ${fullScreenButton(() => element.closest<HTMLElement>("section") ?? element)}
  </div>`;
  return element;
}
