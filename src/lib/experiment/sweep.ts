import {checkParams} from "../technique/check-params.js";
import type {Params, ParamValues} from "../technique/params.js";
import type {Columns, Row} from "./columns.js";
import type {Experiment, RunContext} from "./experiment.js";

/** Runs single settings elsewhere, for example on worker threads that load the data sets themselves. */
export interface SweepPool {
  run(id: string, params: Readonly<Record<string, unknown>>, signal?: AbortSignal): Promise<readonly Row[]>;
}

/** A row of the shipped table: `setting` is its place in the sweep. */
export type SweepRow<C extends Columns = Columns> = Row<C> & {readonly setting: number};

/** Every setting of the sweep with all its parameters, in order. */
export function sweepSettings<P extends Params, C extends Columns, N extends string>({
  id,
  params,
  sweep,
}: Experiment<P, C, N>): ParamValues<P>[] {
  return sweep.map((setting) => checkParams(`sweep ${id}`, params, setting));
}

/**
 * Runs all settings of an experiment's sweep, one after the other here or all at once in a pool; the rows stand
 * in the order of the settings either way.
 * @throws whatever a run throws; with a pool the first failure ends the sweep.
 */
export async function runSweep<P extends Params, C extends Columns, N extends string>(
  experiment: Experiment<P, C, N>,
  {pool, data, progress, signal}: Partial<RunContext> & {readonly pool?: SweepPool} = {},
): Promise<SweepRow<C>[]> {
  const settings = sweepSettings(experiment);
  const tables: (readonly Row<C>[])[] = [];
  let done = 0;
  const runOne = async (params: ParamValues<P>, index: number) => {
    const context = {...(data && {data}), ...(signal && {signal})};
    const rows = pool
      ? ((await pool.run(experiment.id, params, signal)) as readonly Row<C>[])
      : await experiment.run(params, context);
    tables[index] = rows;
    progress?.(++done / settings.length, `${done} of ${settings.length} settings`);
  };
  if (pool) await Promise.all(settings.map(runOne));
  else for (const [index, params] of settings.entries()) await runOne(params, index);
  return tables.flatMap((rows, setting) => rows.map((row) => ({...row, setting})));
}
