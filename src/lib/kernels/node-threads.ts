/** Threads for kernels. Node only: a page may neither wait nor, mostly, share memory. */
import {Worker} from "node:worker_threads";
import {requireInteger} from "../tensor/require.js";
import {type Functions, runPiece} from "./kernel-runs.js";
import type {KernelPiece, KernelThreads, PieceMoves} from "./kernel-threads.js";

/**
 * Places in the shared control: how often there was work, pieces that nobody has taken, the least piece whose input is there,
 * pieces that are done, whether a call gave 0, and from DONE_EACH on whether each piece is done. Pieces are taken from the last
 * one down to 0, so that one number says what is left: a thread that comes late finds none, or one of the next work.
 */
const [WORK, LEFT, BROUGHT, DONE, ZERO, DONE_EACH] = [0, 1, 2, 3, 4, 5];

/** The most pieces of a work, and the most calls of each. */
const [PIECES, CALLS] = [256, 8];
/** Numbers of a call: its module, or -1 behind the last one, its name, the number of its arguments, and these. */
const FIELDS = 16;
const [MODULE, NAME, COUNT, FIRST] = [0, 1, 2, 3];

/** Looks before a thread or the caller goes to sleep: waking up takes longer than most calls. */
const LOOKS = 20_000;
/** Milliseconds after which a call is given up. */
const LONGEST_CALL = 60_000;
/** Pieces that are brought before they are taken, for each thread: one is at work while the caller is. */
const AHEAD = 2;

/** What a thread does, as a text of its own: it needs nothing of the library, nor its loader. */
const THREAD = `
const {memory, modules, control, numbers, names} = require("node:worker_threads").workerData;
const kernels = modules.map((module) => new WebAssembly.Instance(module, {env: {memory}}).exports);
const run = (piece) => {
  for (let at = ${CALLS * FIELDS} * piece, end = at + ${CALLS * FIELDS}; at < end; at += ${FIELDS}) {
    const module = numbers[at + ${MODULE}];
    if (module < 0) return;
    const call = numbers.subarray(at + ${FIRST}, at + ${FIRST} + numbers[at + ${COUNT}]);
    if (kernels[module][names[numbers[at + ${NAME}]]](...call) === 0) return Atomics.store(control, ${ZERO}, 1);
  }
};
for (let work = 0; ; ) {
  for (let piece; (piece = Atomics.sub(control, ${LEFT}, 1) - 1) >= 0; ) {
    for (let least, look = 0; (least = Atomics.load(control, ${BROUGHT})) > piece; look++)
      if (look > ${LOOKS}) Atomics.wait(control, ${BROUGHT}, least);
    run(piece);
    Atomics.store(control, ${DONE_EACH} + piece, 1);
    Atomics.add(control, ${DONE}, 1);
    Atomics.notify(control, ${DONE});
  }
  for (let look = 0; look < ${LOOKS} && Atomics.load(control, ${WORK}) === work; look++);
  Atomics.wait(control, ${WORK}, work);
  work = Atomics.load(control, ${WORK});
}
`;

/**
 * Threads of Node: `count` with the caller's own.
 * @throws RangeError if count is no integer of at least 1.
 */
export function nodeThreads(count: number): KernelThreads {
  requireInteger("nodeThreads", "count", count, 1, PIECES);
  const control = new Int32Array(new SharedArrayBuffer(4 * (DONE_EACH + PIECES)));
  const numbers = new Float64Array(new SharedArrayBuffer(8 * PIECES * CALLS * FIELDS));
  let workers: Worker[] = [];
  let own: readonly Functions[] = [];
  let names: ReadonlyMap<string, number> = new Map();
  const write = (piece: KernelPiece, index: number): void => {
    const at = CALLS * FIELDS * index;
    piece.forEach(({module, name, numbers: call}, i) => {
      const from = at + FIELDS * i;
      numbers[from + MODULE] = module;
      numbers[from + NAME] = names.get(name)!;
      numbers[from + COUNT] = call.length;
      numbers.set(call, from + FIRST);
    });
    if (piece.length < CALLS) numbers[at + FIELDS * piece.length + MODULE] = -1;
  };
  return {
    count,
    start(memory, modules) {
      const compiled = modules.map((module) => new WebAssembly.Module(Uint8Array.from(module)));
      own = compiled.map((module) => new WebAssembly.Instance(module, {env: {memory}}).exports as Functions);
      const texts = [...new Set(own.flatMap(functionNames))];
      names = new Map(texts.map((name, i) => [name, i]));
      workers = Array.from({length: count - 1}, () => {
        const workerData = {memory, modules: compiled, control, numbers, names: texts};
        const worker = new Worker(THREAD, {eval: true, workerData});
        worker.unref();
        return worker;
      });
    },
    run(pieces, moves = {}) {
      requireInteger("nodeThreads", "pieces.length", pieces.length, 0, PIECES);
      pieces.forEach(write);
      open(control, pieces.length, moves.bring !== undefined);
      const fetchDone = fetcher(control, pieces.length, moves);
      takePieces(control, count, moves, (piece) => {
        if (!runPiece(own, pieces[piece])) Atomics.store(control, ZERO, 1);
        Atomics.store(control, DONE_EACH + piece, 1);
        Atomics.add(control, DONE, 1);
        fetchDone();
      });
      fetchRest(control, pieces.length, fetchDone);
      return control[ZERO] === 0;
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}

const functionNames = (exports: Functions): string[] =>
  Object.keys(exports).filter((name) => typeof exports[name] === "function");

/** Lets pieces that are written be taken. */
function open(control: Int32Array<SharedArrayBuffer>, pieces: number, areBrought: boolean): void {
  control[BROUGHT] = areBrought ? pieces : 0;
  control[DONE] = 0;
  control[ZERO] = 0;
  control.fill(0, DONE_EACH, DONE_EACH + pieces);
  Atomics.store(control, LEFT, pieces);
  Atomics.add(control, WORK, 1);
  Atomics.notify(control, WORK);
}

/** Brings pieces ahead of all threads, and takes such as are left. */
function takePieces(
  control: Int32Array<SharedArrayBuffer>,
  threads: number,
  {bring}: PieceMoves,
  run: (piece: number) => void,
): void {
  const bringDownTo = (least: number): void => {
    for (let piece = control[BROUGHT] - 1; piece >= Math.max(0, least); piece--) {
      bring?.(piece);
      Atomics.store(control, BROUGHT, piece);
      Atomics.notify(control, BROUGHT);
    }
  };
  for (;;) {
    bringDownTo(Atomics.load(control, LEFT) - AHEAD * threads);
    const piece = Atomics.sub(control, LEFT, 1) - 1;
    bringDownTo(piece);
    if (piece < 0) return;
    run(piece);
  }
}

/** Makes what fetches the outputs of pieces that are done, each once. */
function fetcher(control: Int32Array<SharedArrayBuffer>, pieces: number, {fetch}: PieceMoves): () => void {
  let open = Array.from({length: pieces}, (_, piece) => piece);
  return () => {
    const done = open.filter((piece) => Atomics.load(control, DONE_EACH + piece) === 1);
    open = open.filter((piece) => !done.includes(piece));
    if (fetch !== undefined) for (const piece of done) fetch(piece);
  };
}

/** Fetches outputs until all pieces are done. @throws Error if that takes too long. */
function fetchRest(control: Int32Array<SharedArrayBuffer>, pieces: number, fetchDone: () => void): void {
  for (;;) {
    const done = Atomics.load(control, DONE);
    fetchDone();
    if (done === pieces) return;
    for (let look = 0; look < LOOKS && Atomics.load(control, DONE) === done; look++);
    if (Atomics.wait(control, DONE, done, LONGEST_CALL) === "timed-out") {
      throw new Error(`nodeThreads: a thread must answer within ${LONGEST_CALL} ms`);
    }
  }
}
