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
}

/** Results so far. */
export interface Findings {
  readonly inventory: InventoryTables;
  readonly errors: readonly ErrorRow[];
  readonly plan: PlanTables | null;
  readonly whyNoPlan: string;
}

/** Told what happens. */
export interface CheckpointListener {
  progress(share: number, what: string): void;
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
/** Bytes of weights, as float32, of a model that a page runs. */
const MEMORY = 2 ** 28;
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
  const {context} = setting;

  /** One piece of work, unless the run has been ended; it waits while the reader holds it up. */
  async function ask(
    id: string,
    params: Readonly<Record<string, unknown>>,
    [from, to, what]: readonly [from: number, to: number, what: string],
  ): Promise<TableRows> {
    if (isPaused) await new Promise<void>((resolve) => (waiting = resolve));
    ended.signal.throwIfAborted();
    listener.progress(from, what);
    const request = {
      kind: "run",
      id,
      params: {...params, context},
      files: {model: files},
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

  async function run(): Promise<void> {
    const inventory = await headers();
    let findings: Findings = {
      inventory,
      errors: [],
      plan: null,
      whyNoPlan: "It is made when everything is measured.",
    };
    listener.found(findings);
    const {formats} = setting;
    const measured = {formats, documents: DOCUMENTS, sampleElements: SAMPLE_ELEMENTS};
    const pieces = piecesOf(inventory);
    const costs: unknown[] = [];
    for (const [i, names] of pieces.entries()) {
      const share = (done: number) => 0.02 + (0.78 * done) / pieces.length;
      const tables = await ask("models/damages", {...measured, parts: "tensors", tensors: names.join("\n")}, [
        share(i),
        share(i + 1),
        names[0],
      ]);
      findings = {...findings, errors: [...findings.errors, ...(tables.rows as unknown as ErrorRow[])]};
      for (const cost of (tables as TableRows & {costs: unknown[]}).costs) costs.push(cost);
      listener.found(findings);
    }
    const {caches} = (await ask("models/damages", {...measured, parts: "caches"}, [
      0.8,
      0.88,
      "caches",
    ])) as TableRows & {
      caches: unknown[];
    };
    const known = JSON.stringify({errors: findings.errors, costs, caches});
    const {sampleElements: _, ...planned} = measured;
    const memory = setting.memory ?? halfOf(inventory);
    const plan = await ask("models/plan", {...planned, memory, known}, [0.88, 1, "the plan"]).then(
      (tables) => ({plan: tables as unknown as PlanTables}),
      (error: Error) => {
        ended.signal.throwIfAborted();
        return {whyNoPlan: error.message.replace(/^\w+: /, "")};
      },
    );
    listener.found({...findings, ...plan});
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
