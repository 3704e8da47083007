import type {KernelThreads} from "../kernels/kernel-threads.js";
import {checkParams, requireFiles} from "../technique/check-params.js";
import type {Params, ParamValues} from "../technique/params.js";
import type {Tensor} from "../tensor/tensor.js";
import {checkDefinition} from "./check-definition.js";
import {checkTables} from "./check-rows.js";
import {allTables, type Columns, type NoTables, type Row, type TableRows, type Tables} from "./columns.js";

export type {Provenance} from "./provenance.js";

/** Named tensors of one data set, for example the weights of a model; `needs` lists them by name. */
export type TensorSet = ReadonlyMap<string, Tensor>;

/** Data sets by name. */
export type DataSets = ReadonlyMap<string, TensorSet>;

/** Means that the caller hands to a run. Experiments read no files and fetch nothing themselves. */
export interface RunContext {
  /** Data sets by the names in `needs`. */
  readonly data: DataSets;
  /** Told the share that is done (0 to 1) and, where it helps, what is being done. */
  readonly progress?: (share: number, what?: string) => void;
  /** Looked at between pieces of work; an aborted run throws the signal's reason. */
  readonly signal?: AbortSignal;
  /** Bytes that the weights of a model may take where a run reads one; by default what the reader of weights allows. */
  readonly memory?: number;
  /** Makes threads for the kernels of one model, which the caller ends; by default every model runs on the caller's alone. */
  readonly threads?: () => KernelThreads | null;
  /** Milliseconds of a clock that never goes back; by default the machine's. */
  readonly clock?: () => number;
}

/** Means of an experiment's own `run`: everything has been checked and is there. */
export interface Work<N extends string = string> {
  /** The data sets of `needs`. */
  readonly data: {get(name: N): TensorSet};
  /** Awaited between pieces of work: reports the share that is done and throws the reason of an aborted run. */
  readonly progress: (share: number, what?: string) => Promise<void>;
  /** Milliseconds. Asked only where a parameter wants time measured, never in a sweep: those rows differ from run to run. */
  readonly clock: () => number;
  /** Bytes that the weights of a model may take, if that is limited. */
  readonly memory: number | undefined;
  /** Threads for the kernels of one model, anew for each; null for the caller's alone. */
  readonly threads: () => KernelThreads | null;
}

/** Rows that a definition's `run` gives: a plain list where there is one table, else the rows of each table by name. */
type Given<C extends Columns, T extends Tables> = [keyof T] extends [never] ? Row<C>[] : TableRows<C, T>;

/** All that the table, page, command line and script of an experiment need, in one place. */
export interface Definition<
  P extends Params,
  C extends Columns,
  N extends string,
  T extends Tables = NoTables,
> {
  /** `family/name`, lower case with hyphens. */
  readonly id: string;
  readonly title: string;
  /** The question it answers, in plain words. */
  readonly question: string;
  /** Source of the technique: arXiv id, specification, section. */
  readonly source: string;
  readonly params: P;
  /** Columns of the main table. */
  readonly columns: C;
  /** Columns of further tables that the same run fills, by name: for example the parts of each point. */
  readonly tables?: T;
  /** Names of all data sets that `run` may read. */
  readonly needs: readonly N[];
  /** Those of them that it reads for one setting, where that is not all. */
  needsOf?(params: ParamValues<P>): readonly N[];
  /** The parameter settings whose rows together are the table that the site ships. */
  readonly sweep: readonly Partial<ParamValues<P>>[];
  /** Pure but for the clock: same params and data, same rows. */
  run(params: ParamValues<P>, work: Work<N>): Given<C, NoInfer<T>> | Promise<Given<C, NoInfer<T>>>;
}

/** A defined experiment: its definition, with runs that check what goes in and what comes out. */
export interface Experiment<
  P extends Params = Params,
  C extends Columns = Columns,
  N extends string = string,
  T extends Tables = Tables,
> extends Omit<Definition<P, C, N, T>, "run" | "needsOf" | "tables"> {
  /** Columns of the further tables; none for most experiments. */
  readonly tables: T;
  /**
   * Names of the data sets that a run of this setting reads; missing params take their defaults.
   * @throws RangeError for a value that is not allowed.
   */
  needsOf(params?: Partial<ParamValues<P>>): readonly N[];
  /**
   * Rows of the main table for one setting; missing params take their defaults.
   * @throws RangeError for a value that is not allowed or a data set that is missing; the signal's reason if aborted.
   */
  run(params?: Partial<ParamValues<P>>, context?: Partial<RunContext>): Promise<Row<C>[]>;
  /**
   * Rows of all tables for one setting, the main table as `rows`.
   * @throws as `run`.
   */
  runTables(params?: Partial<ParamValues<P>>, context?: Partial<RunContext>): Promise<TableRows<C, T>>;
}

/**
 * Defines an experiment. Its `run` then fills in defaults, checks parameters, data sets and rows.
 * @throws RangeError if the definition itself is wrong: an id, a default, a range, a column or a sweep setting.
 */
export function experiment<
  const P extends Params,
  const C extends Columns,
  const N extends string,
  const T extends Tables = NoTables,
>(definition: Definition<P, C, N, T>): Experiment<P, C, N, T> {
  checkDefinition(definition);
  const {id, params, needs, tables = {} as T} = definition;
  const where = `run ${id}`;
  const columns = allTables({columns: definition.columns, tables});
  const needsOf = (values: ParamValues<P>) => definition.needsOf?.(values) ?? needs;
  async function runTables(given: Partial<ParamValues<P>> = {}, context: Partial<RunContext> = {}) {
    const values = checkParams(where, params, given);
    requireFiles(where, params, values);
    const data = checkData(where, needsOf(values), context.data ?? new Map());
    const progress = progressOf(context);
    await progress(0);
    const {clock = () => performance.now(), threads = () => null, memory} = context;
    const found = await definition.run(values, {data, progress, clock, memory, threads});
    const rows = (Array.isArray(found) ? {rows: found} : found) as TableRows<C, T>;
    checkTables(where, columns, rows);
    await progress(1);
    return rows;
  }
  return Object.freeze({
    ...definition,
    tables,
    needsOf: (given: Partial<ParamValues<P>> = {}) => needsOf(checkParams(where, params, given)),
    run: async (given?: Partial<ParamValues<P>>, context?: Partial<RunContext>) =>
      (await runTables(given, context)).rows,
    runTables,
  });
}

function checkData<N extends string>(where: string, needs: readonly N[], data: DataSets): Work<N>["data"] {
  const missing = needs.find((name) => !data.has(name));
  if (missing === undefined) return data as Work<N>["data"];
  const cure = `Load it with loadData(${JSON.stringify(needs)}) from paretoscope/data.`;
  const got = data.size > 0 ? [...data.keys()].join(", ") : "none";
  throw new RangeError(`${where}: data must hold ${needs.join(", ")}, got ${got}. ${cure}`);
}

/** Without a signal nothing can abort, so nothing waits; with one the event loop gets a turn to deliver it. */
function progressOf({progress, signal}: Partial<RunContext>): Work["progress"] {
  return async (share, what) => {
    progress?.(share, what);
    if (signal === undefined) return;
    await new Promise((resolve) => setTimeout(resolve, 0));
    signal.throwIfAborted();
  };
}
