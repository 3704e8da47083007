import type {Columns, TableRows} from "../../../lib/experiment/columns.js";
import type {Described} from "../../../lib/experiment/described.js";
import type {Ran} from "../../../lib/experiment/ran.js";
import type {SweepTables} from "../../../lib/experiment/sweep.js";
import {smallest} from "../../../lib/stats/extent.js";
import {checkParams} from "../../../lib/technique/check-params.js";
import type {Params, ParamValues} from "../../../lib/technique/params.js";
import {type Comparison, compareRows} from "../rows/compare-rows.js";
import {shippedRows, withSameOptions} from "../rows/shipped-rows.js";
import {failureText} from "../text/failure-text.js";
import {latestRun} from "./latest-run.js";
import {settingDistance} from "./nearest-setting.js";
import type {DataSource, OwnFiles, RunRequest} from "./run-worker.js";
import {askWorker} from "./worker-run.js";

/** Rows of a setting, whatever they came from. */
interface Rows {
  readonly tables: TableRows;
  /** The parameters that gave them. */
  readonly values: ParamValues<Params>;
}

/** Origin of the rows on a page, and the progress of their run. */
export type RowState =
  | ({readonly kind: "shipped"; readonly ran?: Ran} & Rows)
  /** Compared with the rows of the setting that came with the page, where it has them. */
  | ({readonly kind: "live"; readonly compared?: Comparison} & Rows)
  /** Shipped rows of the setting nearest to the one asked for, shown until its own rows are there. */
  | ({readonly kind: "nearest"} & Rows)
  | {readonly kind: "running"; readonly share: number; readonly what?: string}
  | {readonly kind: "failed"; readonly message: string};

export interface LiveRows<P extends Params> {
  /** Shows the rows of a setting: from the shipped table if they are in it, else from a run in a worker. */
  ask(params: ParamValues<P>): void;
  /** Runs a setting in a worker even if the table has it. */
  run(params: ParamValues<P>): void;
  /** Loads what a run needs, where runs are quick enough to follow a control that moves. */
  prepare(params: ParamValues<P>): void;
  /** Ends what is running and goes back to the rows that are on show. */
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

/** A moving slider asks many times; only the last within this time starts a run of what may take long, in milliseconds. */
const SETTLE = 200;
/** A quick run that takes longer than this shows that it runs, in milliseconds. */
const NOTICEABLE = 150;

/** Rows of an experiment as its parameters move; `tell` hears every change of state. */
export function liveRows<P extends Params, C extends Columns, N extends string>(
  experiment: Described<P, C, N>,
  tell: (state: RowState) => void,
  {shipped, ran = [], data = () => ({}), files = {}, timeLimit = 120_000}: LiveRowsOptions<P> = {},
): LiveRows<P> {
  const {id, params: schema, sweep} = experiment;
  const settings = sweep.map((setting) => checkParams(`sweep ${id}`, schema, setting));
  const find = shipped && shippedRows(experiment, shipped, ran);
  // What reads no data is a model that takes milliseconds: it follows its controls in every frame.
  const quick = experiment.needs.length === 0 && Object.keys(files).length === 0;
  const latest = latestRun({
    done: settleLive,
    failed,
    progress: (share, what) => isNoticed && tellRunning(share, what),
  });
  let running: AbortController | undefined;
  /** The rows on show. */
  let last: Exclude<RowState, {kind: "running" | "failed"}> | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** Whether a quick run has taken long enough to show that it runs. */
  let isNoticed = false;

  function tellRunning(share: number, what?: string): void {
    tell({kind: "running", share, ...(what === undefined ? {} : {what})});
  }

  function settleOn(state: NonNullable<typeof last>): void {
    clearTimeout(timer);
    last = state;
    tell(state);
  }

  function settleLive(tables: TableRows, {params}: RunRequest): void {
    const came = find?.(params as ParamValues<P>);
    const compared = came && compareRows(experiment, came.tables, tables);
    settleOn({kind: "live", tables, values: params as ParamValues<Params>, ...(compared && {compared})});
  }

  function failed(error: unknown): void {
    clearTimeout(timer);
    tell({kind: "failed", message: failure(error, timeLimit)});
  }

  function stop(): void {
    clearTimeout(timer);
    running?.abort();
    running = undefined;
  }

  const requestOf = (params: ParamValues<P>): RunRequest => ({
    kind: "run",
    id,
    params,
    data: data(params),
    files,
  });

  async function run(params: ParamValues<P>): Promise<void> {
    stop();
    latest.stop();
    const mine = new AbortController();
    running = mine;
    tellRunning(0);
    const signal = AbortSignal.any([mine.signal, AbortSignal.timeout(timeLimit)]);
    const progress = (share: number, what?: string) => running === mine && tellRunning(share, what);
    try {
      // Data that the site lacks is a failure like any other.
      const request = requestOf(params);
      settleLive(await askWorker(request, {progress, signal}), request);
    } catch (error) {
      if (mine.signal.aborted) return;
      failed(error);
    }
    if (running === mine) running = undefined;
  }

  /** Shows the nearest rows that there are while those of a setting are made. */
  function showNearest(params: ParamValues<P>): void {
    const candidates = settings.map((setting) => {
      const alike = withSameOptions(schema, setting, params);
      return find?.(alike) ? alike : setting;
    });
    const distances = candidates.map((setting) => settingDistance(schema, setting, params));
    const nearest = smallest(distances);
    if (last && settingDistance(schema, last.values as ParamValues<P>, params) <= nearest) return;
    const chosen = candidates[distances.indexOf(nearest)];
    const found = find?.(chosen);
    if (found) settleOn({kind: "nearest", tables: found.tables, values: chosen as ParamValues<Params>});
  }

  return {
    ask(params) {
      stop();
      const found = find?.(params);
      if (found) {
        latest.forget();
        settleOn({kind: "shipped", ...found, values: params as ParamValues<Params>});
        return;
      }
      if (!quick || last === undefined) showNearest(params);
      if (!quick) timer = setTimeout(run, SETTLE, params);
      else {
        isNoticed = false;
        latest.ask(requestOf(params));
        timer = setTimeout(() => {
          isNoticed = true;
          tellRunning(0);
        }, NOTICEABLE);
      }
    },
    run,
    prepare(params) {
      if (quick) latest.prepare(requestOf(params));
    },
    cancel() {
      stop();
      latest.stop();
      if (last !== undefined) tell(last.kind === "nearest" ? {...last, kind: "shipped"} : last);
    },
  };
}

function failure(error: unknown, timeLimit: number): string {
  if (error instanceof DOMException && error.name === "TimeoutError") {
    return `This did not end within ${timeLimit / 1000} seconds and was stopped.`;
  }
  return failureText(error);
}
