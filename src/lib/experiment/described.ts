import type {Params} from "../technique/params.js";
import type {Columns} from "./columns.js";
import type {Experiment} from "./experiment.js";

/** What an experiment says of itself, without the code that it runs: all that a page needs where a worker runs it. */
export type Described<
  P extends Params = Params,
  C extends Columns = Columns,
  N extends string = string,
> = Omit<Experiment<P, C, N>, "run" | "needsOf">;

/** The definition of an experiment as plain data, for JSON. */
export function definitionOf<P extends Params, C extends Columns, N extends string>({
  run: _run,
  needsOf: _needsOf,
  ...definition
}: Experiment<P, C, N>): Described<P, C, N> {
  return definition;
}
