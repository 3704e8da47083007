import {html} from "htl";
import type {Columns, Row} from "../../lib/experiment/columns.js";
import type {Described} from "../../lib/experiment/described.js";
import type {Experiment} from "../../lib/experiment/experiment.js";
import type {Params, ParamValues} from "../../lib/technique/params.js";
import {type Chart, chart} from "../plots/chart.js";
import type {ChartSpec, Point} from "../plots/chart-spec.js";
import type {Explanation} from "../plots/explain-card.js";
import {type LiveRowsOptions, liveRows, type RowState} from "./live-rows.js";
import {modelData} from "./model-data.js";
import {paramInputs} from "./param-inputs.js";
import {cellText, rowsTable} from "./rows-table.js";
import {shippedTable} from "./shipped-table.js";
import {statusLine} from "./status-line.js";
import {tools} from "./tools.js";
import {readState, rememberState, writeState} from "./url-state.js";

/** What is drawn of an experiment's rows. */
export interface Figure<P extends Params, C extends Columns> {
  /** The figure as data, for the rows at hand and the parameters that gave them. */
  readonly draw: (rows: readonly Row<C>[], params: ParamValues<P>) => ChartSpec;
  /** The key of a row: the point, in every figure, that stands for it. */
  readonly key: (row: Row<C>) => string;
  /** What the link of a touched point says besides the setting, for another workbench of the page to open it. */
  readonly opens?: (row: Row<C>) => Readonly<Record<string, string>>;
}

/** The type of a figure for an experiment: `FigureOf<typeof blockScale>`. */
export type FigureOf<E> = E extends Experiment<infer P, infer C, string> ? Figure<P, C> : never;

export interface WorkbenchOptions<P extends Params, C extends Columns>
  extends Omit<LiveRowsOptions<P>, "table"> {
  /** At most two, so that both are in view. */
  readonly figures: readonly Figure<P, C>[];
  /** Begins the names of the parameters in the address, where a page has several workbenches. */
  readonly prefix?: string;
  /** Drawn from the rows whenever they change, below the figures: what is no chart. */
  readonly drawing?: (rows: readonly Row<C>[], params: ParamValues<P>) => Node;
}

/**
 * An experiment on a page: its parameters as controls, its rows as figures and as a table, its state in the address.
 * Given the bytes of the table that the site ships, which hold its definition, the figures show that first; a setting
 * that it does not hold is run in a worker.
 */
export function workbench<P extends Params, C extends Columns, N extends string>(
  shipped: ArrayBuffer | Described<P, C, N>,
  {figures, prefix = "", drawing, ...options}: WorkbenchOptions<P, C>,
): HTMLElement {
  const table = shipped instanceof ArrayBuffer ? shippedTable(shipped) : undefined;
  const experiment = (table?.definition ?? shipped) as Described<P, C, N>;
  const {values, problems} = readState(experiment.params, location.search, prefix);
  let rows: readonly Row<C>[] = [];
  const inputs = paramInputs(experiment.params, values);
  const rowsPlace = html`<div></div>`;
  const drawingPlace = html`<div></div>`;
  const charts = figures.map((figure) => makeChart(figure));
  const status = statusLine({run: () => source.run(inputs.value), cancel: () => source.cancel()});
  const source = liveRows(experiment, show, {
    // A name costs nothing: the worker loads what the setting reads.
    data: () => modelData(experiment.needs),
    ...options,
    ...(table && {table: table.rows}),
  });

  function makeChart({key, opens}: Figure<P, C>): Chart {
    return chart({
      explain: (point) => {
        const row = rows.findLast((row) => key(row) === point.key);
        return explanation(point, row, row && opens?.(row));
      },
      onSelect: (selected) => {
        for (const each of charts) each.select(selected);
      },
    });
  }

  function explanation(
    {label}: Point,
    row: Row<C> | undefined,
    opened: Readonly<Record<string, string>> = {},
  ): Explanation {
    const facts = Object.entries(experiment.columns).map(
      ([name, column]) =>
        [column.label, `${cellText(row?.[name])}${column.unit ? ` ${column.unit}` : ""}`] as const,
    );
    const search = new URLSearchParams(writeState(experiment.params, inputs.value, location.search, prefix));
    for (const [name, value] of Object.entries(opened)) search.set(name, value);
    return {
      title: label,
      facts: [...facts, ["provenance", row?.provenance ?? "–"]],
      source: experiment.source,
      link: `${location.pathname}${search.size > 0 ? `?${search.toString().replace(/%2C/g, ",")}` : ""}`,
    };
  }

  function show(state: RowState): void {
    status.show(state);
    if (state.kind !== "shipped" && state.kind !== "live") return;
    rows = state.rows as readonly Row<C>[];
    figures.forEach((figure, i) => {
      charts[i].show(figure.draw(rows, inputs.value));
    });
    rowsPlace.replaceChildren(rowsTable(experiment.columns, rows));
    if (drawing) drawingPlace.replaceChildren(drawing(rows, inputs.value));
  }

  inputs.addEventListener("input", () => {
    rememberState(experiment.params, inputs.value, prefix);
    source.ask(inputs.value);
  });
  source.ask(inputs.value);
  return html`<section class="workbench" aria-label=${experiment.title} data-experiment=${experiment.id}>
    ${problems.map((problem) => html`<p class="problem" role="alert">${problem}</p>`)}
    ${inputs}
    ${status.element}
    <div class="figures">${charts.map(({element}) => element)}</div>
    ${drawingPlace}
    ${tools(experiment, () => ({values: inputs.value, rows}))}
    ${rowsPlace}
  </section>`;
}
