import {checkParams} from "../technique/check-params.js";
import type {Params, ParamValues} from "../technique/params.js";
import {allTables, type Columns, type NoTables, type Row, type TableRows, type Tables} from "./columns.js";
import type {Experiment, RunContext} from "./experiment.js";

/** Runs single settings elsewhere, for example on worker threads that load the data sets themselves. */
export interface SweepPool {
  /** Rows of all tables for one setting. */
  run(id: string, params: Readonly<Record<string, unknown>>, signal?: AbortSignal): Promise<TableRows>;
}

/** A row of the shipped table: `setting` is its place in the sweep. */
export type SweepRow<C extends Columns = Columns> = Row<C> & {readonly setting: number};

/** Rows of all tables of a sweep, the main table as `rows`. */
export type SweepTables<C extends Columns = Columns, T extends Tables = Tables> = {
  readonly rows: SweepRow<C>[];
} & {readonly [K in keyof T]: readonly SweepRow<T[K]>[]};

/** Every setting of the sweep with all its parameters, in order. */
export function sweepSettings<P extends Params>({
  id,
  params,
  sweep,
}: Pick<Experiment<P>, "id" | "params" | "sweep">): ParamValues<P>[] {
  return sweep.map((setting) => checkParams(`sweep ${id}`, params, setting));
}

/**
 * Runs all settings of an experiment's sweep, one after the other here or all at once in a pool; the rows stand
 * in the order of the settings either way.
 * @throws whatever a run throws; with a pool the first failure ends the sweep.
 */
export async function runSweep<
  P extends Params,
  C extends Columns,
  N extends string,
  T extends Tables = NoTables,
>(
  experiment: Experiment<P, C, N, T>,
  {pool, data, progress, signal}: Partial<RunContext> & {readonly pool?: SweepPool} = {},
): Promise<SweepTables<C, T>> {
  const settings = sweepSettings(experiment);
  const found: TableRows[] = [];
  let done = 0;
  const runOne = async (params: ParamValues<P>, index: number) => {
    const context = {...(data && {data}), ...(signal && {signal})};
    found[index] = pool
      ? await pool.run(experiment.id, params, signal)
      : await experiment.runTables(params, context);
    progress?.(++done / settings.length, `${done} of ${settings.length} settings`);
  };
  if (pool) await Promise.all(settings.map(runOne));
  else for (const [index, params] of settings.entries()) await runOne(params, index);
  return joinSettings(Object.keys(allTables(experiment)), found) as SweepTables<C, T>;
}

/** The tables of a sweep from those of its settings, in their order: each row then has the index of its setting. */
export function joinSettings(
  names: readonly string[],
  settings: readonly Readonly<Record<string, readonly Row[]>>[],
): SweepTables {
  const table = (name: string) =>
    settings.flatMap((tables, setting) => tables[name].map((row): SweepRow => ({...row, setting})));
  return Object.fromEntries(names.map((name) => [name, table(name)])) as unknown as SweepTables;
}
