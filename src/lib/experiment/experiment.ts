import {checkParams, shown} from "../technique/check-params.js";
import type {Param, Params, ParamValues} from "../technique/params.js";
import type {Tensor} from "../tensor/tensor.js";
import {checkRows} from "./check-rows.js";
import type {Columns, Row} from "./columns.js";

export type {Provenance} from "./provenance.js";

/** Named tensors of one data set, for example the weights of a model: what `needs` asks for by name. */
export type TensorSet = ReadonlyMap<string, Tensor>;

/** Data sets by name. */
export type DataSets = ReadonlyMap<string, TensorSet>;

/** What the caller hands to a run. Experiments read no files and fetch nothing themselves. */
export interface RunContext {
  /** Data sets by the names in `needs`. */
  readonly data: DataSets;
  /** Told the share that is done (0 to 1) and, where it helps, what is being done. */
  readonly progress?: (share: number, what?: string) => void;
  /** Looked at between pieces of work; an aborted run throws the signal's reason. */
  readonly signal?: AbortSignal;
  /** Milliseconds of a clock that never goes back; by default the machine's. */
  readonly clock?: () => number;
}

/** What an experiment's own `run` works with: everything has been checked and is there. */
export interface Work<N extends string = string> {
  /** The data sets of `needs`. */
  readonly data: {get(name: N): TensorSet};
  /** Awaited between pieces of work: tells the share that is done and throws the reason of an aborted run. */
  readonly progress: (share: number, what?: string) => Promise<void>;
  /** Milliseconds. Asked only where a parameter wants time measured, never in a sweep: those rows differ from run to run. */
  readonly clock: () => number;
}

/** What an experiment says of itself; everything its table, page, command line and script need, said once. */
export interface Definition<P extends Params, C extends Columns, N extends string> {
  /** `family/name`, lower case with hyphens. */
  readonly id: string;
  readonly title: string;
  /** The question it answers, in plain words. */
  readonly question: string;
  /** Where the technique comes from: arXiv id, specification, section. */
  readonly source: string;
  readonly params: P;
  readonly columns: C;
  /** Names of all data sets that `run` may read. */
  readonly needs: readonly N[];
  /** Those of them that it reads for one setting, where that is not all. */
  needsOf?(params: ParamValues<P>): readonly N[];
  /** The parameter settings whose rows together are the table that the site ships. */
  readonly sweep: readonly Partial<ParamValues<P>>[];
  /** Pure but for what the clock says: same params and data, same rows. */
  run(params: ParamValues<P>, work: Work<N>): Row<C>[] | Promise<Row<C>[]>;
}

/** A defined experiment: its definition, with a `run` that checks what goes in and what comes out. */
export interface Experiment<P extends Params = Params, C extends Columns = Columns, N extends string = string>
  extends Omit<Definition<P, C, N>, "run" | "needsOf"> {
  /**
   * Names of the data sets that a run of this setting reads; missing params take their defaults.
   * @throws RangeError for a value that is not allowed.
   */
  needsOf(params?: Partial<ParamValues<P>>): readonly N[];
  /**
   * Rows for one setting; missing params take their defaults.
   * @throws RangeError for a value that is not allowed or a data set that is missing; the signal's reason if aborted.
   */
  run(params?: Partial<ParamValues<P>>, context?: Partial<RunContext>): Promise<Row<C>[]>;
}

/**
 * Defines an experiment. Its `run` then fills in defaults, checks parameters, data sets and rows.
 * @throws RangeError if the definition itself is wrong: an id, a default, a range, a column or a sweep setting.
 */
export function experiment<const P extends Params, const C extends Columns, const N extends string>(
  definition: Definition<P, C, N>,
): Experiment<P, C, N> {
  checkDefinition(definition);
  const {id, params, columns, needs} = definition;
  const where = `run ${id}`;
  const needsOf = (values: ParamValues<P>) => definition.needsOf?.(values) ?? needs;
  return Object.freeze({
    ...definition,
    needsOf: (given: Partial<ParamValues<P>> = {}) => needsOf(checkParams(where, params, given)),
    async run(given: Partial<ParamValues<P>> = {}, context: Partial<RunContext> = {}) {
      const values = checkParams(where, params, given);
      const data = checkData(where, needsOf(values), context.data ?? new Map());
      const progress = progressOf(context);
      await progress(0);
      const {clock = () => performance.now()} = context;
      const rows = await definition.run(values, {data, progress, clock});
      checkRows(where, columns, rows);
      await progress(1);
      return rows;
    },
  });
}

function checkData<N extends string>(where: string, needs: readonly N[], data: DataSets): Work<N>["data"] {
  const missing = needs.find((name) => !data.has(name));
  if (missing === undefined) return data as Work<N>["data"];
  const cure =
    missing === "file"
      ? "Read a tensor file of your own and hand it over under this name."
      : `Load it with loadData(${JSON.stringify(needs)}) from paretoscope/data.`;
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

const ID = /^[a-z0-9]+(-[a-z0-9]+)*\/[a-z0-9]+(-[a-z0-9]+)*$/;
const NAME = /^[a-z][A-Za-z0-9]*$/;
/** Columns that every table gets: how a row came to be, and which setting of the sweep it belongs to. */
const GIVEN_COLUMNS = ["provenance", "setting"];

function checkDefinition<P extends Params, C extends Columns, N extends string>(
  definition: Definition<P, C, N>,
): void {
  const {id, params, columns, sweep} = definition;
  if (!ID.test(id)) {
    throw new RangeError(`experiment: id must be family/name in lower case with hyphens, got ${shown(id)}`);
  }
  const where = `experiment ${id}`;
  for (const text of ["title", "question", "source"] as const) {
    if (definition[text].trim() === "") throw new RangeError(`${where}: ${text} must be some text, got ""`);
  }
  for (const [name, param] of Object.entries(params)) checkParam(where, name, param);
  if (Object.keys(columns).length === 0)
    throw new RangeError(`${where}: columns must be at least one, got 0`);
  for (const name of Object.keys(columns)) {
    if (!NAME.test(name) || GIVEN_COLUMNS.includes(name)) {
      throw new RangeError(
        `${where}: a column must be named in camelCase and not ${GIVEN_COLUMNS.join(" or ")}, got ${shown(name)}`,
      );
    }
  }
  checkParams(`${where}: defaults`, params, {});
  sweep.forEach((setting, index) => {
    checkParams(`${where}: sweep ${index}`, params, setting);
  });
}

function checkParam(where: string, name: string, param: Param): void {
  if (!NAME.test(name)) {
    throw new RangeError(`${where}: a parameter must be named in camelCase, got ${shown(name)}`);
  }
  if (param.kind === "choice" || param.kind === "choices") {
    if (param.options.length === 0 || new Set(param.options.map(String)).size < param.options.length) {
      throw new RangeError(
        `${where}: options of ${name} must be at least one, each once, got ${shown([...param.options])}`,
      );
    }
    const checked = checkParams(where, {[name]: param}, {[name]: param.default});
    if (String(checked[name]) !== String(param.default)) {
      throw new RangeError(
        `${where}: default of ${name} must be in the order of its options, got ${param.default}`,
      );
    }
  } else if ((param.kind === "number" || param.kind === "integer") && !(param.min < param.max)) {
    throw new RangeError(`${where}: min of ${name} must be less than its max ${param.max}, got ${param.min}`);
  } else {
    checkParams(where, {[name]: param}, {[name]: param.default});
  }
}
