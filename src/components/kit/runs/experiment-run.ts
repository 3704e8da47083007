import type {Columns} from "../../../lib/experiment/columns.js";
import {MAIN_TABLE} from "../../../lib/experiment/columns.js";
import type {Described} from "../../../lib/experiment/described.js";
import type {SweepTables} from "../../../lib/experiment/sweep.js";
import {checkParams} from "../../../lib/technique/check-params.js";
import type {Params, ParamValues} from "../../../lib/technique/params.js";
import {hasTextsInSearch, readState, rememberState} from "../address/url-state.js";
import {type Limits, withinLimits} from "../inputs/limits.js";
import type {SharedParams} from "../openings/shared-params.js";
import {readShippedTable, shippedTable} from "../rows/shipped-table.js";
import {laterStates} from "./later-states.js";
import {type LiveRowsOptions, liveRows, type RowState} from "./live-rows.js";
import {modelData} from "./model-data.js";
import {differences} from "./nearest-setting.js";

/** Listener of a run: a workbench, a figure, another run that keeps in step. */
export interface RunView<P extends Params = Params> {
  /** Called when another view has moved the parameters. */
  readonly moved?: (values: ParamValues<P>) => void;
  /** Called with every state of the rows. */
  readonly show?: (state: RowState) => void;
}

/** One experiment on a page, with its parameters and the rows that they give: however many views it has, it runs once. */
export interface ExperimentRun<
  P extends Params = Params,
  C extends Columns = Columns,
  N extends string = string,
> {
  readonly experiment: Described<P, C, N>;
  /** Begins the names of the parameters in the address. */
  readonly prefix: string;
  /** Sentences about what the address says wrongly. */
  readonly problems: readonly string[];
  readonly values: ParamValues<P>;
  /** The parameters that a reader moves: no files, and none that the page fixes or has in the bar of all its runs. */
  readonly controls: P;
  readonly limits: Limits;
  /** Values of the page's bar that this experiment lacks, in a sentence each. */
  readonly apart: readonly string[];
  /** Tells a view all that follows, beginning with the rows that are there. */
  watch(view: RunView<P>): void;
  /** Moves the parameters; `by` is the view that did it and need not be told. */
  move(values: ParamValues<P>, by?: RunView<P>): void;
  /** Runs the setting in a worker even if the shipped table has it. */
  run(): void;
  /** Makes ready for controls that are about to move. */
  prepare(): void;
  /** Ends what is running; the parameters go back to those of the rows on show. */
  cancel(): void;
}

/** Options of a run. */
export interface RunOptions<P extends Params = Params> extends Omit<LiveRowsOptions<P>, "shipped" | "ran"> {
  /** Begins the names of the parameters in the address, where a page has several runs. */
  readonly prefix?: string;
  /** The bytes of the further tables that the site ships for this experiment, by name. */
  readonly tables?: Readonly<Record<string, ArrayBuffer>>;
  /** Parameters that the page itself sets, so that they need no control and no place in the address. */
  readonly fixed?: Partial<ParamValues<P>>;
  /** The bar of the page: the parameters in it hold for all runs that are given it. */
  readonly shared?: SharedParams;
  /** Ranges that depend on another parameter. */
  readonly limits?: Limits;
}

/**
 * Opens an experiment on a page: from the bytes of the table that the site ships, which hold its definition, or from
 * its definition alone. Its parameters are those of the address.
 * @throws TypeError if the table holds no definition.
 */
export function experimentRun<P extends Params, C extends Columns, N extends string>(
  source: ArrayBuffer | Described<P, C, N>,
  {prefix = "", tables = {}, fixed = {}, limits = {}, shared, ...options}: RunOptions<P> = {},
): ExperimentRun<P, C, N> {
  const main = source instanceof ArrayBuffer ? shippedTable(source) : undefined;
  const experiment = (main?.definition ?? source) as Described<P, C, N>;
  const controls = Object.fromEntries(
    Object.entries(experiment.params).filter(
      ([name, {kind}]) => kind !== "file" && !(name in fixed) && !shared?.names.includes(name),
    ),
  ) as P;
  const initial = readState(controls, location.search, prefix);
  const common = shared?.join(experiment.params, prefix, (next) => {
    if (differences(experiment.params, {...values, ...next}, values).length > 0) move(next as ParamValues<P>);
  });
  const opened = withinLimits(experiment.params, limits, {...initial.values, ...common?.values, ...fixed});
  let values = checkParams(`open ${experiment.id}`, experiment.params, opened);
  let state: RowState | undefined;
  /** The last state that had rows: those on show. */
  let rowsState: Extract<RowState, {tables: unknown}> | undefined;
  const views = new Map<RunView<P>, ReturnType<typeof laterStates>>();
  /** The view that a reader moves, which is drawn first; all are drawn at once where none is moved. */
  let mover: RunView<P> | undefined;
  const shipped = main && shippedTables(main.rows, tables);
  const rows = liveRows(
    experiment,
    (next) => {
      state = next;
      if ("tables" in next) rowsState = next;
      for (const [view, tell] of views) tell(next, mover === undefined || view === mover);
    },
    // A name costs nothing: the worker loads what the setting reads.
    {
      data: () => modelData(experiment.needs),
      ...options,
      ...(shipped && {shipped}),
      ...(main?.ran && {ran: main.ran}),
    },
  );
  rows.ask(values);
  if (hasTextsInSearch(controls, location.search, prefix)) rememberState(controls, values, prefix);
  return {
    experiment,
    prefix,
    problems: [...initial.problems, ...(common?.problems ?? [])],
    controls,
    limits,
    get apart() {
      return common?.apart ?? [];
    },
    get values() {
      return values;
    },
    watch(view) {
      views.set(
        view,
        laterStates((later) => view.show?.(later)),
      );
      if (rowsState !== undefined) view.show?.(rowsState);
      if (state !== undefined && state !== rowsState) view.show?.(state);
    },
    move,
    run() {
      mover = undefined;
      rows.run(values);
    },
    prepare: () => rows.prepare(values),
    cancel() {
      mover = undefined;
      if (rowsState) {
        setValues(rowsState.values as ParamValues<P>);
        rememberState(controls, values, prefix);
      }
      rows.cancel();
      // What stands in the bar goes back for all.
      shared?.move(values);
    },
  };

  function move(next: ParamValues<P>, by?: RunView<P>): void {
    mover = by ?? views.keys().next().value;
    setValues({...values, ...next}, by);
    rows.ask(values);
    // Last: browsers take milliseconds for a change of the address.
    rememberState(controls, values, prefix);
  }

  /** A view that asked for something else than what is allowed is told too. */
  function setValues(wanted: ParamValues<P>, by?: RunView<P>): void {
    values = withinLimits(experiment.params, limits, wanted);
    const isAsWanted = differences(experiment.params, values, wanted).length === 0;
    for (const view of views.keys()) if (view !== by || !isAsWanted) view.moved?.(values);
  }
}

function shippedTables(
  main: SweepTables["rows"] | readonly SweepTables["rows"][number][],
  others: Readonly<Record<string, ArrayBuffer>>,
): SweepTables {
  const tables = Object.entries(others).map(([name, bytes]) => [name, readShippedTable(bytes)] as const);
  return Object.fromEntries([[MAIN_TABLE, main], ...tables]) as unknown as SweepTables;
}
