/** A sparse product on threads that share one table. Node only: a page may neither wait nor, mostly, share memory. */
import {Worker} from "node:worker_threads";
import {requireInteger} from "../../tensor/require.js";
import {type Csr, requireFactors} from "./csr.js";
import {
  addFloat,
  addInteger,
  claim,
  EMPTY,
  homeOf,
  type Loops,
  mergeRow,
  type Sums,
  takeRows,
} from "./merge-rows.js";
import {HASHES, mergeWork, productOf, type SmashTable} from "./smash.js";
import {partialProducts, rowWindows} from "./windows.js";

/** Fields of the shared control: windows begun; first row, end and next row of the window, as `takeRows` reads them; threads done. */
const [BEGUN, FIRST, DONE, FIELDS] = [0, 1, 4, 5];
/** Milliseconds after which a window is given up. */
const LONGEST_WINDOW = 60_000;
const LARGEST = 2 ** 31 - 1;

/** Threads of a sparse product, and the way in which they share it. */
export interface SmashThreads extends SmashTable {
  /** Threads with the caller's own. */
  readonly threads: number;
  /** Rows go round the threads, or each thread takes the next row that is left. */
  readonly rows: "static" | "dynamic";
  /** Atomic additions of integers of 32 bits, which are exact, or compare-exchange of the bits of float64. */
  readonly sums: "integers" | "float bits";
}

/**
 * The product a · b by several threads: slots are claimed by atomic compare-exchange, and products are added atomically.
 * @throws RangeError as `smashProduct`; for integers also for values that are none, or rows whose sums may leave 32 bits.
 */
export async function smashThreads(a: Csr, b: Csr, options: SmashThreads): Promise<Csr> {
  const {slots, hash, fill, threads, rows, sums: kind} = options;
  requireInteger("smashThreads", "threads", threads, 1, 64);
  requireFactors("smashThreads", a, b);
  if (kind === "integers") requireSums(a, b);
  const windows = rowWindows(a, b, slots, fill);
  const keys = new Int32Array(new SharedArrayBuffer(4 * slots));
  const sums: Sums =
    kind === "integers"
      ? new Int32Array(new SharedArrayBuffer(4 * slots))
      : new BigInt64Array(new SharedArrayBuffer(8 * slots));
  const control = new Int32Array(new SharedArrayBuffer(4 * FIELDS));
  const loops: Loops = {homeOf, claim, add: kind === "integers" ? addInteger : addFloat, mergeRow};
  const work = mergeWork(shared(a), shared(b), {keys, sums, hash: HASHES.indexOf(hash)});
  const deal = {threads, isDynamic: rows === "dynamic"};
  const workers = Array.from({length: threads - 1}, (_, i) => {
    const workerData = {work, control, deal: {...deal, thread: i + 1}};
    return new Worker(threadText(loops), {eval: true, workerData});
  });
  try {
    return productOf(a.rows, b.columns, windows, ([first, end]) => {
      keys.fill(EMPTY);
      if (kind === "integers") (sums as Int32Array).fill(0);
      else (sums as BigInt64Array).fill(0n);
      control.set([first, end, first, 0], FIRST);
      Atomics.add(control, BEGUN, 1);
      Atomics.notify(control, BEGUN);
      takeRows(work, control, {...deal, thread: 0}, loops);
      waitForAll(control, threads - 1);
      return {keys, sums: numbersOf(sums)};
    });
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

/** A thread's own text: the loops that the caller runs, around what wakes it up. */
function threadText(loops: Loops): string {
  const texts = Object.entries(loops).map(([name, loop]) => `${name}: ${loop}`);
  return `
const {work, control, deal} = require("node:worker_threads").workerData;
const loops = {${texts.join(",\n")}};
const takeRows = ${takeRows};
for (let begun = 0; ; ) {
  Atomics.wait(control, ${BEGUN}, begun);
  begun = Atomics.load(control, ${BEGUN});
  takeRows(work, control, deal, loops);
  Atomics.add(control, ${DONE}, 1);
  Atomics.notify(control, ${DONE});
}
`;
}

/** Waits until so many threads are done with the window. @throws Error if that takes too long. */
function waitForAll(control: Int32Array, threads: number): void {
  for (let done = Atomics.load(control, DONE); done < threads; done = Atomics.load(control, DONE)) {
    if (Atomics.wait(control as Int32Array<SharedArrayBuffer>, DONE, done, LONGEST_WINDOW) === "timed-out") {
      throw new Error(`smashThreads: a thread must answer within ${LONGEST_WINDOW} ms`);
    }
  }
}

/** Sums as float64, which those of several threads hold as integers or as bits. */
const numbersOf = (sums: Int32Array | BigInt64Array): Float64Array =>
  sums instanceof Int32Array ? Float64Array.from(sums) : new Float64Array(sums.slice().buffer);

/** The matrix in memory that threads share. */
function shared({starts, indices, values, ...size}: Csr): Csr {
  const integers = (from: Int32Array) => {
    const to = new Int32Array(new SharedArrayBuffer(from.byteLength));
    to.set(from);
    return to;
  };
  const numbers = new Float64Array(new SharedArrayBuffer(values.byteLength));
  numbers.set(values);
  return {...size, starts: integers(starts), indices: integers(indices), values: numbers};
}

/** @throws RangeError unless both matrices hold integers, and no sum of products can leave 32 bits. */
function requireSums(a: Csr, b: Csr): void {
  const largest = [a, b].map(({values}, i) =>
    values.reduce((most, value, at) => {
      requireInteger("smashThreads", `${"ab"[i]}.values[${at}]`, value, -LARGEST, LARGEST);
      return Math.max(most, Math.abs(value));
    }, 0),
  );
  const terms = partialProducts(a, b).reduce((most, count) => Math.max(most, count), 0);
  const bound = largest[0] * largest[1] * Math.min(terms, a.columns);
  if (bound <= LARGEST) return;
  throw new RangeError(`smashThreads: sums must fit 32 bits, at most ${LARGEST}, got up to ${bound}`);
}
