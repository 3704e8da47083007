import type {TableRows} from "../../../lib/experiment/columns.js";
import type {RunRequest} from "./run-worker.js";
import {type KeptWorker, keptWorker} from "./worker-run.js";

/** What comes of the requests. */
export interface LatestListener {
  readonly done: (tables: TableRows, request: RunRequest) => void;
  readonly failed: (error: unknown) => void;
  readonly progress: (share: number, what?: string) => void;
}

/** Runs of which only the newest counts. */
export interface LatestRun {
  /** Runs a request as soon as the one before has been answered; of those that wait only the last is run. */
  ask(request: RunRequest): void;
  /** Loads the code of a request by running it, unless something has been run already. */
  prepare(request: RunRequest): void;
  /** Forgets what was asked; what runs goes on unheard, so that the worker stays warm. */
  forget(): void;
  /** Ends what runs. */
  stop(): void;
}

/** A run that holds up a newer one for this long is ended, in milliseconds: longer while the code still loads. */
const PATIENCE = {loading: 10_000, loaded: 400};

/** Runs requests in a worker that is kept, each as soon as it can be: for models that take a few milliseconds. */
export function latestRun({done, failed, progress}: LatestListener): LatestRun {
  let worker: KeptWorker | undefined;
  let isLoaded = false;
  let running: {isHeard: boolean} | undefined;
  let waiting: RunRequest | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function stop(): void {
    clearTimeout(timer);
    worker?.end();
    worker = running = waiting = undefined;
    isLoaded = false;
  }

  async function start(request: RunRequest, isHeard = true): Promise<void> {
    worker ??= keptWorker();
    const mine = {isHeard};
    running = mine;
    const answer = await worker
      .ask(request, (share, what) => mine.isHeard && progress(share, what))
      .then(
        (tables) => () => done(tables, request),
        (error: unknown) => () => failed(error),
      );
    // Another worker has taken over.
    if (running !== mine) return;
    clearTimeout(timer);
    isLoaded = true;
    running = undefined;
    if (mine.isHeard) answer();
    startWaiting();
  }

  function startWaiting(): void {
    const next = waiting;
    waiting = undefined;
    if (next) start(next);
  }

  /** Gives up a run that others wait for. */
  function hurry(): void {
    const next = waiting;
    stop();
    if (next) start(next);
  }

  return {
    ask(request) {
      if (running === undefined) {
        start(request);
        return;
      }
      if (waiting === undefined) timer = setTimeout(hurry, isLoaded ? PATIENCE.loaded : PATIENCE.loading);
      waiting = request;
    },
    prepare(request) {
      if (worker === undefined) start(request, false);
    },
    forget() {
      clearTimeout(timer);
      waiting = undefined;
      if (running) running.isHeard = false;
    },
    stop,
  };
}
