/** Everything about a reader's checkpoint, one piece after the other in a worker: it waits and ends between two. */
import type {TableRows} from "../../../lib/experiment/columns.js";
import {keptWorker} from "../../kit/runs/worker-run.js";
import type {ErrorRow, InventoryTables, PlanTables} from "../../report/report-data.js";

/** Wishes of a reader. */
export interface CheckpointSetting {
  /** Of the plan, in GB; null for half of what weights and cache take. */
  readonly memory: number | null;
  /** Tokens; 0 for what the model was made for. */
  readonly context: number;
  readonly formats: readonly string[];
  /** A text that a model of another vocabulary than this site's is run on; null: none. */
  readonly text: File | null;
}

/** Results so far. */
export interface Findings {
  readonly inventory: InventoryTables;
  readonly errors: readonly ErrorRow[];
  readonly plan: PlanTables | null;
  readonly whyNoPlan: string;
  /** The reason why the model is not run; null where it is, or where that is not yet known. */
  readonly whyNotRun: string | null;
}

/** Told what happens. */
export interface CheckpointListener {
  progress(share: number, what: string): void;
  /** The piece that ran has ended, and nothing runs until the run is resumed. */
  held(): void;
  found(findings: Findings): void;
  done(): void;
  failed(error: unknown): void;
}

/** A run that can be held up. */
export interface CheckpointRun {
  /** The piece that runs is ended to its end; the next waits. */
  pause(): void;
  resume(): void;
  cancel(): void;
}

/** Elements of a larger tensor that are measured: a file of many gigabytes then takes minutes. */
const SAMPLE_ELEMENTS = 2 ** 20;
/** Elements of small tensors that are measured in one piece. */
const PIECE_ELEMENTS = 2 ** 20;
/** Texts that divergences are measured on; a page takes fewer than the command line. */
const DOCUMENTS = 2;
/** Bytes of weights, as float32, of a model that a page runs: 150 million parameters. */
const MEMORY = 6e8;
/** Milliseconds that the headers of a file may take. */
const HEADER_LIMIT = 20_000;

const CANCELLED = new DOMException("ended by the reader", "AbortError");

/** Starts the run on files that a reader chose. */
export function runCheckpoint(
  files: readonly File[],
  setting: CheckpointSetting,
  listener: CheckpointListener,
): CheckpointRun {
  const worker = keptWorker();
  const ended = new AbortController();
  let waiting: (() => void) | undefined;
  let isPaused = false;
  const {context, formats} = setting;
  const measured = {formats, documents: DOCUMENTS};
  let {text} = setting;

  /** One piece of work, unless the run has been ended; it waits while the reader holds it up. */
  async function ask(
    id: string,
    params: Readonly<Record<string, unknown>>,
    [from, to, what]: readonly [from: number, to: number, what: string],
  ): Promise<TableRows> {
    if (isPaused) {
      listener.held();
      await new Promise<void>((resolve) => (waiting = resolve));
    }
    ended.signal.throwIfAborted();
    listener.progress(from, what);
    const request = {
      kind: "run",
      id,
      params: {...params, context},
      // Headers are read without it.
      files: {model: files, ...(text !== null && id !== "models/inventory" && {text})},
      memory: MEMORY,
    } as const;
    const answer = worker.ask(request, (share, name) =>
      listener.progress(from + (to - from) * share, name ?? what),
    );
    return Promise.race([answer, aborted(ended.signal)]);
  }

  async function headers(): Promise<InventoryTables> {
    const timer = setTimeout(
      () => ended.abort(new Error(`its headers were not read within ${HEADER_LIMIT / 1000} seconds.`)),
      HEADER_LIMIT,
    );
    try {
      return (await ask("models/inventory", {}, [0, 0.02, "headers"])) as unknown as InventoryTables;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Why the model is not run, or null. A text that cannot be used is a reason, and is left. */
  async function whyNotRun(): Promise<string | null> {
    try {
      const tables = await ask("models/quality", {...measured, isMeasured: false}, [
        0.02,
        0.06,
        "whether the model runs",
      ]);
      const [{why}] = (tables as TableRows & {model: {why: string | null}[]}).model;
      return why;
    } catch (error) {
      ended.signal.throwIfAborted();
      text = null;
      return withoutName(error);
    }
  }

  async function damages(inventory: InventoryTables, found: (errors: ErrorRow[]) => void): Promise<string> {
    const pieces = piecesOf(inventory);
    const errors: ErrorRow[] = [];
    const costs: unknown[] = [];
    const asked = {...measured, sampleElements: SAMPLE_ELEMENTS};
    for (const [i, names] of pieces.entries()) {
      const share = (done: number) => 0.06 + (0.5 * done) / pieces.length;
      const params = {...asked, parts: "tensors", tensors: names.join("\n")};
      const tables = await ask("models/damages", params, [share(i), share(i + 1), names[0]]);
      for (const row of tables.rows as unknown as ErrorRow[]) errors.push(row);
      for (const cost of (tables as TableRows & {costs: unknown[]}).costs) costs.push(cost);
      found([...errors]);
    }
    const last = await ask("models/damages", {...asked, parts: "caches"}, [0.56, 0.62, "caches"]);
    const {caches} = last as TableRows & {caches: unknown[]};
    return JSON.stringify({errors, costs, caches});
  }

  async function run(): Promise<void> {
    const inventory = await headers();
    const whyNoPlan = "It is made when everything is measured.";
    let findings: Findings = {inventory, errors: [], plan: null, whyNoPlan, whyNotRun: null};
    const tell = (more: Partial<Findings>) => {
      findings = {...findings, ...more};
      listener.found(findings);
    };
    tell({});
    const why = await whyNotRun();
    tell({whyNotRun: why});
    const known = await damages(inventory, (errors) => tell({errors}));
    const memory = setting.memory ?? halfOf(inventory);
    const params = {...measured, memory, known, uniform: false};
    try {
      tell({plan: (await ask("models/plan", params, [0.62, 0.7, "the plan"])) as unknown as PlanTables});
    } catch (error) {
      ended.signal.throwIfAborted();
      tell({whyNoPlan: withoutName(error)});
    }
    if (why === null && findings.plan !== null)
      await qualities((uniform) => tell({plan: findings.plan && {...findings.plan, uniform}}));
  }

  /** The model in each format as a whole, one after the other. */
  async function qualities(found: (uniform: PlanTables["uniform"]) => void): Promise<void> {
    const rows: PlanTables["uniform"][number][] = [];
    for (const [i, format] of formats.entries()) {
      const share = (done: number) => 0.7 + (0.3 * done) / formats.length;
      const params = {documents: DOCUMENTS, formats: [format]};
      const tables = await ask("models/quality", params, [share(i), share(i + 1), `the model in ${format}`]);
      for (const row of tables.rows) rows.push(row as unknown as (typeof rows)[number]);
      found([...rows]);
    }
  }

  const end = (tell: () => void) => {
    worker.end();
    tell();
  };
  run().then(
    () => end(listener.done),
    (error: unknown) => end(() => error !== CANCELLED && listener.failed(error)),
  );
  return {
    pause() {
      isPaused = true;
    },
    resume() {
      isPaused = false;
      waiting?.();
    },
    cancel() {
      ended.abort(CANCELLED);
      waiting?.();
    },
  };
}

/** The message of a failure without the name of the function that it begins with. */
const withoutName = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).replace(/^\w+: /, "");

const aborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason), {once: true}));

/** Names of the tensors that a plan decides on, small ones together. */
function piecesOf({tensors}: InventoryTables): string[][] {
  const pieces: string[][] = [];
  let room = 0;
  for (const {tensor, elements, isPlanned} of tensors) {
    if (!isPlanned) continue;
    if (elements > room) {
      pieces.push([]);
      room = PIECE_ELEMENTS;
    }
    pieces[pieces.length - 1].push(tensor);
    room -= elements;
  }
  return pieces;
}

/** Half of what the weights and the cache in 16 bits take, in GB. */
function halfOf({rows}: InventoryTables): number {
  const bytes = rows.filter(({fact}) => fact === "stored" || fact === "cache");
  return bytes.reduce((sum, {value}) => sum + (value ?? 0), 0) / 2e9;
}
