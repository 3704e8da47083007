/** Threads for kernels. Node only: a page may neither wait nor, mostly, share memory. */
import {Worker} from "node:worker_threads";
import {requireInteger} from "../tensor/require.js";
import type {KernelThreads} from "./kernel-threads.js";

/** Integers of each thread in the shared control: call wanted, call done, module, name, number of arguments. */
const FIELDS = 16;
const [WANTED, DONE, MODULE, NAME, COUNT] = [0, 1, 2, 3, 4];
/** Numbers of each thread: the result of a call, and its arguments. */
const [RESULT, FIRST] = [0, 1];

/** Looks before a thread or the caller goes to sleep: waking up takes longer than most calls. */
const LOOKS = 20_000;
/** Milliseconds after which a call is given up. */
const LONGEST_CALL = 60_000;

/** What a thread does, as a text of its own: it needs nothing of the library, nor its loader. */
const THREAD = `
const {memory, modules, control, numbers, at, names} = require("node:worker_threads").workerData;
const kernels = modules.map((module) => new WebAssembly.Instance(module, {env: {memory}}).exports);
for (let done = 0; ; ) {
  for (let look = 0; look < ${LOOKS} && Atomics.load(control, at + ${WANTED}) === done; look++);
  Atomics.wait(control, at + ${WANTED}, done);
  done = Atomics.load(control, at + ${WANTED});
  const call = numbers.subarray(at + ${FIRST}, at + ${FIRST} + control[at + ${COUNT}]);
  numbers[at + ${RESULT}] = kernels[control[at + ${MODULE}]][names[control[at + ${NAME}]]](...call) ?? 0;
  Atomics.store(control, at + ${DONE}, done);
  Atomics.notify(control, at + ${DONE});
}
`;

type Exports = Readonly<Record<string, (...call: readonly number[]) => number | undefined>>;

/**
 * Threads of Node: `count` with the caller's own.
 * @throws RangeError if count is no integer of at least 1.
 */
export function nodeThreads(count: number): KernelThreads {
  requireInteger("nodeThreads", "count", count, 1, 256);
  const control = new Int32Array(new SharedArrayBuffer(4 * FIELDS * count));
  const numbers = new Float64Array(new SharedArrayBuffer(8 * FIELDS * count));
  let workers: Worker[] = [];
  let own: readonly Exports[] = [];
  let names: readonly string[] = [];
  const post = (thread: number, fields: readonly number[], call: readonly number[]): void => {
    const at = FIELDS * thread;
    control.set([...fields, call.length], at + MODULE);
    numbers.set(call, at + FIRST);
    Atomics.add(control, at + WANTED, 1);
    Atomics.notify(control, at + WANTED);
  };
  return {
    count,
    start(memory, modules) {
      const compiled = modules.map((module) => new WebAssembly.Module(Uint8Array.from(module)));
      own = compiled.map((module) => new WebAssembly.Instance(module, {env: {memory}}).exports as Exports);
      names = [...new Set(own.flatMap(functionNames))];
      workers = Array.from({length: count - 1}, (_, i) => {
        const workerData = {memory, modules: compiled, control, numbers, at: FIELDS * (i + 1), names};
        const worker = new Worker(THREAD, {eval: true, workerData});
        worker.unref();
        return worker;
      });
    },
    run(module, name, [first, ...others]) {
      others.forEach((call, i) => {
        post(i + 1, [module, names.indexOf(name)], call);
      });
      const result = own[module][name](...first) ?? 0;
      return [
        result,
        ...others.map((_, i) => {
          waitFor(control, FIELDS * (i + 1));
          return numbers[FIELDS * (i + 1) + RESULT];
        }),
      ];
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}

const functionNames = (exports: Exports): string[] =>
  Object.keys(exports).filter((name) => typeof exports[name] === "function");

/** Waits until a thread has done the call that was wanted. @throws Error if that takes too long. */
function waitFor(control: Int32Array<SharedArrayBuffer>, at: number): void {
  const wanted = Atomics.load(control, at + WANTED);
  for (let look = 0; look < LOOKS; look++) if (Atomics.load(control, at + DONE) === wanted) return;
  while (Atomics.load(control, at + DONE) !== wanted) {
    if (Atomics.wait(control, at + DONE, wanted - 1, LONGEST_CALL) === "timed-out") {
      throw new Error(`nodeThreads: a thread must answer within ${LONGEST_CALL} ms`);
    }
  }
}
