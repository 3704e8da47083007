import type {Columns, TableRows} from "../../lib/experiment/columns.js";
import type {Described} from "../../lib/experiment/described.js";
import type {Ran} from "../../lib/experiment/ran.js";
import type {SweepTables} from "../../lib/experiment/sweep.js";
import {checkParams} from "../../lib/technique/check-params.js";
import {type Params, type ParamValue, type ParamValues, paramToText} from "../../lib/technique/params.js";
import type {DataSource, OwnFiles} from "./run-worker.js";
import {askWorker} from "./worker-run.js";

/** Origin of the rows on a page, and the progress of their run. */
export type RowState =
  | {readonly kind: "shipped"; readonly tables: TableRows; readonly ran?: Ran}
  | {readonly kind: "live"; readonly tables: TableRows}
  | {readonly kind: "running"; readonly share: number; readonly what?: string}
  | {readonly kind: "failed"; readonly message: string};

export interface LiveRows<P extends Params> {
  /** Shows the rows of a setting: from the shipped table if they are in it, else from a run in a worker. */
  ask(params: ParamValues<P>): void;
  /** Runs a setting in a worker even if the table has it. */
  run(params: ParamValues<P>): void;
  /** Ends what is running and goes back to the rows before it. */
  cancel(): void;
}

export interface LiveRowsOptions<P extends Params = Params> {
  /** The shipped tables; absent where rows depend on a reader's file. */
  readonly shipped?: SweepTables;
  /** Machine, date and seconds of each setting of the shipped tables. */
  readonly ran?: readonly Ran[];
  /** Addresses of a setting's data sets. */
  readonly data?: (params: ParamValues<P>) => Readonly<Record<string, DataSource>>;
  /** The reader's own files, by the parameters that take them. */
  readonly files?: OwnFiles;
  /** A run that takes longer is ended, in milliseconds. */
  readonly timeLimit?: number;
}

/** A moving slider asks many times; only the last within this time starts a run. */
const settle = 200;

/** Rows of an experiment as its parameters move; `tell` hears every change of state. */
export function liveRows<P extends Params, C extends Columns, N extends string>(
  experiment: Described<P, C, N>,
  tell: (state: RowState) => void,
  {shipped, ran = [], data = () => ({}), files = {}, timeLimit = 120_000}: LiveRowsOptions<P> = {},
): LiveRows<P> {
  const {id, params: schema, sweep} = experiment;
  const settings = sweep.map((setting) => settingKey(schema, checkParams(`sweep ${id}`, schema, setting)));
  let running: AbortController | undefined;
  let last: RowState | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function settleOn(state: RowState): void {
    last = state;
    tell(state);
  }

  function stop(): void {
    clearTimeout(timer);
    running?.abort();
    running = undefined;
  }

  async function run(params: ParamValues<P>): Promise<void> {
    stop();
    const mine = new AbortController();
    running = mine;
    tell({kind: "running", share: 0});
    const signal = AbortSignal.any([mine.signal, AbortSignal.timeout(timeLimit)]);
    const progress = (share: number, what?: string) =>
      running === mine && tell({kind: "running", share, ...(what === undefined ? {} : {what})});
    try {
      const request = {kind: "run", id: experiment.id, params, data: data(params), files} as const;
      settleOn({kind: "live", tables: await askWorker(request, {progress, signal})});
    } catch (error) {
      if (mine.signal.aborted) return;
      settleOn({kind: "failed", message: failure(error, timeLimit)});
    }
    if (running === mine) running = undefined;
  }

  return {
    ask(params) {
      stop();
      const setting = settings.indexOf(settingKey(experiment.params, params));
      if (shipped && setting >= 0) {
        settleOn({
          kind: "shipped",
          tables: ofSetting(shipped, setting),
          ...(ran[setting] && {ran: ran[setting]}),
        });
      } else timer = setTimeout(run, settle, params);
    },
    run,
    cancel() {
      stop();
      if (last !== undefined) tell(last);
    },
  };
}

/** The rows of one setting of a sweep, in every table. */
function ofSetting(tables: SweepTables, setting: number): TableRows {
  const own = Object.entries(tables).map(
    ([name, rows]) => [name, rows.filter((row) => row.setting === setting)] as const,
  );
  return Object.fromEntries(own) as unknown as TableRows;
}

function settingKey<P extends Params>(params: P, values: ParamValues<P>): string {
  return Object.keys(params)
    .map((name) => paramToText(values[name] as ParamValue<P[string]>))
    .join("\n");
}

function failure(error: unknown, timeLimit: number): string {
  if (error instanceof DOMException && error.name === "TimeoutError") {
    return `This did not end within ${timeLimit / 1000} seconds and was stopped.`;
  }
  return error instanceof Error ? error.message : String(error);
}
