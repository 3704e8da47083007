import type {Params} from "../technique/params.js";
import type {Columns, NoTables, Tables} from "./columns.js";
import type {Experiment} from "./experiment.js";

/** An experiment without the code that it runs: all that a page needs where a worker runs it. */
export type Described<
  P extends Params = Params,
  C extends Columns = Columns,
  N extends string = string,
  T extends Tables = NoTables,
> = Omit<Experiment<P, C, N, T>, "run" | "runTables" | "needsOf">;
