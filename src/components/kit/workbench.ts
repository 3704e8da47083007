import {html} from "htl";
import {allTables, type Columns, MAIN_TABLE, type Row, type TableRows} from "../../lib/experiment/columns.js";
import type {Described} from "../../lib/experiment/described.js";
import type {Params, ParamValues} from "../../lib/technique/params.js";
import {type Chart, chart} from "../plots/chart/chart.js";
import type {Point} from "../plots/chart/chart-spec.js";
import type {Explanation} from "../plots/chart/explain-card.js";
import type {Figure} from "../plots/figure-spec.js";
import {textsFragment} from "./address/address-texts.js";
import {writeState} from "./address/url-state.js";
import {paramInputs} from "./inputs/param-inputs.js";
import {cellText, rowsList, rowsTable} from "./rows/rows-table.js";
import {type ExperimentRun, experimentRun, type RunOptions, type RunView} from "./runs/experiment-run.js";
import type {RowState} from "./runs/live-rows.js";
import {isDataHere} from "./runs/model-data.js";
import {differences} from "./runs/nearest-setting.js";
import {stalePlace} from "./stale-place.js";
import {shortNumbers} from "./text/number-text.js";
import {statusLine} from "./text/status-line.js";
import {valueText} from "./text/value-text.js";
import {tools} from "./tools.js";

/** One view of a run. */
export interface ViewOptions<P extends Params, C extends Columns> {
  /** At most two, so that both are in view. */
  readonly figures: readonly Figure<P, C>[];
  /** Drawn from the rows whenever they change, below the figures: what is no chart. */
  readonly drawing?: (rows: readonly Row<C>[], params: ParamValues<P>, tables: TableRows<C>) => Node;
  /** Names the view, where a page has several of one experiment. */
  readonly label?: string;
  /** The parameters that this view moves; all without it. */
  readonly moves?: readonly (keyof P & string)[];
  /** Only figures and controls: rows, downloads and a quiet status stand at another view of the run. */
  readonly isBrief?: boolean;
}

/** A run and the one view of it. */
export interface WorkbenchOptions<P extends Params, C extends Columns>
  extends RunOptions<P>,
    ViewOptions<P, C> {}

/**
 * An experiment on a page: its parameters as controls, its rows as figures and as a table, its state in the address.
 * Given the bytes of the table that the site ships, which hold its definition, the figures show that first; a setting
 * that it does not hold is run in a worker.
 */
export function workbench<P extends Params, C extends Columns, N extends string>(
  shipped: ArrayBuffer | Described<P, C, N>,
  options: WorkbenchOptions<P, C>,
): HTMLElement {
  return runView(experimentRun(shipped, options), options);
}

/** One of several views of a run: its controls move the run, and with it all of its views. */
export function runView<P extends Params, C extends Columns, N extends string>(
  run: ExperimentRun<P, C, N>,
  {figures, drawing, label, moves, isBrief = false}: ViewOptions<P, C>,
): HTMLElement {
  const {experiment, controls, prefix, problems} = run;
  let tables = {rows: []} as unknown as TableRows<C>;
  /** The parameters of the rows on show. */
  let shown = run.values;
  const inputs = paramInputs(only(controls, moves), run.values, {
    limits: run.limits,
    others: () => run.values,
  });
  const rowsPlace = html`<div></div>`;
  const drawingPlace = html`<div></div>`;
  const name = isBrief ? `${prefix}answer` : `${prefix}${figureName(label)}`;
  const charts = figures.map((figure, i) => makeChart(figure, `${name}-${i + 1}`));
  const status = statusLine(run, isDataHere(experiment.needs));
  const apart = html`<div></div>`;
  const setting = html`<p class="setting"></p>`;
  const stale = stalePlace([
    html`<div class="figures">${charts.map(({element}) => element)}</div>`,
    drawingPlace,
    rowsPlace,
  ]);

  function makeChart({key, opens}: Figure<P, C>, name: string): Chart {
    return chart({
      name,
      explain: (point) => {
        const row = tables.rows.findLast((row) => key(row) === point.key);
        return explanation(point, row, row && opens?.(row));
      },
      onSelect: (selected) => {
        for (const each of charts) each.select(selected);
      },
      onPoint: (pointed) => {
        for (const each of charts) each.point(pointed);
      },
      rowsOf: (keys) =>
        rowsList(
          experiment.columns,
          tables.rows.filter((row) => keys.has(key(row))),
        ),
    });
  }

  function explanation(
    {label}: Point,
    row: Row<C> | undefined,
    opened: Readonly<Record<string, string>> = {},
  ): Explanation {
    const facts = Object.entries(experiment.columns).map(
      ([name, column]) =>
        [
          column.label,
          `${shortNumbers(cellText(row?.[name]))}${column.unit ? ` ${column.unit}` : ""}`,
        ] as const,
    );
    const search = new URLSearchParams(writeState(controls, shown, location.search, prefix));
    for (const [name, value] of Object.entries(opened)) search.set(name, value);
    return {
      title: label,
      facts: [...facts, ["provenance", row?.provenance ?? "–"]],
      source: experiment.source,
      link: `${location.pathname}${search.size > 0 ? `?${search.toString().replace(/%2C/g, ",")}` : ""}${textsFragment()}`,
    };
  }

  function show(state: RowState): void {
    status.show(state);
    apart.replaceChildren(...run.apart.map((sentence) => html`<p class="stale-note">${sentence}</p>`));
    if ("tables" in state) showRows(state.tables as unknown as TableRows<C>, state.values as ParamValues<P>);
    stale.show(differences(experiment.params, shown, run.values));
  }

  function showRows(next: TableRows<C>, values: ParamValues<P>): void {
    [tables, shown] = [next, values];
    setting.textContent = settingText(experiment.params, shown);
    figures.forEach((figure, i) => {
      charts[i].show(figure.draw(tables.rows, shown));
    });
    if (!isBrief) rowsPlace.replaceChildren(...rowsTables(experiment, tables));
    if (drawing) drawingPlace.replaceChildren(drawing(tables.rows, shown, tables));
  }

  const view: RunView<P> = {
    show,
    moved: (values) => {
      inputs.value = values;
      stale.show(differences(experiment.params, shown, run.values));
    },
  };
  inputs.addEventListener("input", () => {
    run.move(inputs.value, view);
    // Rows of the new setting may be there already, or take their time.
    stale.show(differences(experiment.params, shown, run.values));
  });
  for (const event of ["pointerenter", "focusin"]) inputs.addEventListener(event, run.prepare, {once: true});
  run.watch(view);
  return html`<section class="workbench" aria-label=${label ?? experiment.title} data-experiment=${experiment.id} data-figure=${name}>
    ${problems.map((problem) => html`<p class="problem" role="alert">${problem}</p>`)}
    ${inputs}
    ${setting}
    ${status.element}
    ${apart}
    ${stale.element}
    ${isBrief ? null : tools(experiment, () => ({values: shown, tables}), name)}
  </section>`;
}

/** The name of a view in addresses: views of one run differ by their labels. */
const figureName = (label = "all") => label.toLowerCase().replace(/[^a-z0-9]+/g, "-");

/** A setting in words, for paper, which has no controls. */
const settingText = (params: Params, values: ParamValues<Params>): string =>
  Object.entries(params)
    .filter(([name, {kind, advanced}]) => kind !== "file" && !advanced && String(values[name]).length <= 80)
    .map(([name, param]) => `${param.label}: ${valueText(param, values[name])}`)
    .join("; ");

/** The parameters of these names; all without them. */
function only<P extends Params>(params: P, names?: readonly string[]): P {
  if (names === undefined) return params;
  return Object.fromEntries(Object.entries(params).filter(([name]) => names.includes(name))) as P;
}

/** The rows behind the figures, a table each; a page need not ship the further tables. */
function rowsTables(experiment: Described, tables: Partial<TableRows>): HTMLElement[] {
  return Object.entries(allTables(experiment)).flatMap(([name, columns]) => {
    const rows = tables[name];
    return rows ? [rowsTable(columns, rows, name === MAIN_TABLE ? undefined : name)] : [];
  });
}
