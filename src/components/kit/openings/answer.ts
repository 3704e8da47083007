import {html} from "htl";
import type {Columns, Row, TableRows} from "../../../lib/experiment/columns.js";
import type {Params, ParamValues} from "../../../lib/technique/params.js";
import type {Figure} from "../../plots/figure-spec.js";
import type {ExperimentRun} from "../runs/experiment-run.js";
import {runView} from "../workbench.js";

/** Options of an answer. */
export interface AnswerOptions<P extends Params, C extends Columns> {
  /** The one figure; its finding, made from the rows, stands above it. */
  readonly figure?: Figure<P, C>;
  /** Drawn instead of a figure, with its finding in a `figcaption`. */
  readonly drawing?: (rows: readonly Row<C>[], params: ParamValues<P>, tables: TableRows<C>) => Node;
  /** The parameter that a reader moves here; the others stay with the full view of the run. */
  readonly control?: keyof P & string;
  /** Anchor of the section with the full view of the run: all controls, rows and downloads. */
  readonly more: `#${string}`;
}

/**
 * The opening of a page: what was found in a sentence, the figure that shows it, and the one control to begin with. It is
 * a view of a run that the page shows in full further down, so that both always show the same.
 */
export function answer<P extends Params, C extends Columns, N extends string>(
  run: ExperimentRun<P, C, N>,
  {figure, drawing, control, more}: AnswerOptions<P, C>,
): HTMLElement {
  const view = runView(run, {
    figures: figure ? [figure] : [],
    ...(drawing && {drawing}),
    moves: control === undefined ? [] : [control],
    label: "The answer in short",
    isBrief: true,
  });
  view.classList.add("answer");
  view.append(html`<p class="more"><a href=${more}>All settings, rows and downloads</a></p>`);
  return view;
}
