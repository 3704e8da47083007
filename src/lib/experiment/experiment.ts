import type {Tensor} from "../tensor/tensor.js";
import type {Columns, Row} from "./columns.js";
import type {Params, ParamValues} from "./params.js";

/** How a number came to be. Never mixed: every column says which, and every row where one table holds several. */
export type Provenance = "measured" | "modelled" | "reported";

/** Named tensors of one data set, for example the weights of a model: what `needs` asks for by name. */
export type TensorSet = ReadonlyMap<string, Tensor>;

/** What the caller hands to a run. Experiments read no files and fetch nothing themselves. */
export interface RunContext {
  /** Data sets by the names in `needs`. */
  readonly data: ReadonlyMap<string, TensorSet>;
  /** Told the share that is done (0 to 1) and, where it helps, what is being done. */
  readonly progress?: (share: number, what?: string) => void;
  /** Looked at between pieces of work; an aborted run throws the signal's reason. */
  readonly signal?: AbortSignal;
}

/**
 * One experiment: everything its table, its page, its command line and its script need is said here once.
 * `run` is pure: same params and data, same rows.
 */
export interface Experiment<P extends Params = Params, C extends Columns = Columns> {
  /** `family/name`, lower case with hyphens. */
  readonly id: string;
  readonly title: string;
  /** The question it answers, in plain words. */
  readonly question: string;
  /** Where the technique comes from: arXiv id, specification, section. */
  readonly source: string;
  readonly params: P;
  readonly columns: C;
  /** Names of the data sets that `run` reads. */
  readonly needs: readonly string[];
  /** The parameter settings whose rows together are the table that the site ships. */
  readonly sweep: readonly Partial<ParamValues<P>>[];
  /** Rows for one setting; missing params take their defaults. @throws RangeError for a value that is not allowed. */
  run(params?: Partial<ParamValues<P>>, context?: Partial<RunContext>): Promise<Row<C>[]>;
}
