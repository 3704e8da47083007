/**
 * Measures kernels of the engine over drawn shapes, once, for the models of cost:
 * `npx tsx scripts/measure-kernels.ts COUNT OUT`. Shapes are visited in turn, so that a busy moment of the machine does
 * not fall on all repetitions of one shape.
 */
import {writeFileSync} from "node:fs";
import {cpus} from "node:os";
import {complain} from "../src/cli/terminal/print.js";
import type {Backend} from "../src/lib/engine/backend.js";
import {wasmBackend} from "../src/lib/engine/wasm/wasm-backend.js";
import {writeSafetensors} from "../src/lib/io/safetensors-writer.js";
import {drawKernelShape, KERNELS, type KernelShape} from "../src/lib/regress/kernels/kernel-shapes.js";
import {sortedQuantile} from "../src/lib/stats/quantile.js";
import {draws, randomStream} from "../src/lib/tensor/random.js";

const REPETITIONS = 9;
/** A shorter call is repeated until it takes this long, milliseconds. */
const LEAST_MS = 0.2;

const random = (count: number): Float32Array => {
  const stream = randomStream(1, "kernel times");
  return draws(count, () => stream.normal());
};

/** One call of a kernel with operands of its own. */
function callOf(backend: Backend, {kernel, sizes}: KernelShape): () => unknown {
  const [first, second, third, fourth] = sizes;
  if (kernel === "linear") {
    const weight = {shape: [third, second], data: random(second * third)};
    const [linear, x] = [backend.linear(weight, null), random(first * second)];
    return () => linear(x);
  }
  if (kernel === "attention") {
    const positions = Int32Array.from({length: first}, (_, i) => i);
    const [q, keys] = [random(first * second * fourth), random(first * third * fourth)];
    const shape = {heads: second, kvHeads: third, headDim: fourth, window: null, causal: false};
    const call = {
      layer: 0,
      q,
      keys,
      values: keys,
      queryPositions: positions,
      keyPositions: positions,
      ...shape,
    };
    return () => backend.attention(call);
  }
  const x = random(first * second);
  if (kernel === "rms_norm") {
    const weight = random(second);
    return () => backend.rmsNorm(x, weight, 1e-5);
  }
  return () => backend.siluGate(x, x);
}

/** Microseconds of one call, of as many as take long enough to be timed. */
function timeOf(call: () => unknown): number {
  for (let calls = 1; ; calls *= 4) {
    const began = performance.now();
    for (let i = 0; i < calls; i++) call();
    const ms = performance.now() - began;
    if (ms >= LEAST_MS) return (1e3 * ms) / calls;
  }
}

const [count, out] = process.argv.slice(2);
if (out === undefined) {
  complain("usage: measure-kernels.ts COUNT OUT");
  process.exit(2);
}
const stream = randomStream(20, "kernel shapes");
const drawn = Array.from({length: Number(count)}, () => drawKernelShape(stream));
const shapes = [...new Map(drawn.map((shape) => [JSON.stringify(shape), shape])).values()];
const times: number[][] = shapes.map(() => []);
const BATCH = 50;
for (let from = 0; from < shapes.length; from += BATCH) {
  // A backend keeps the weights of its products: a fresh one for each few shapes.
  const backend = await wasmBackend();
  const calls = shapes.slice(from, from + BATCH).map((shape) => callOf(backend, shape));
  for (const call of calls) call();
  for (let repetition = 0; repetition < REPETITIONS; repetition++)
    for (const [i, call] of calls.entries()) times[from + i].push(timeOf(call));
}
const sorted = times.map((each) => Float64Array.from(each).sort());
const quantiles = (p: number) => sorted.map((each) => sortedQuantile(each, p));
const [low, high] = [quantiles(0.25), quantiles(0.75)];
const names = Object.keys(KERNELS);
const width = 4;
const row = (sizes: readonly number[]) => Array.from({length: width}, (_, i) => sizes[i] ?? 0);
const column = (name: string, values: readonly number[], shape = [values.length]) => ({
  name,
  shape,
  data: Float32Array.from(values),
});
const [{model}] = cpus();
const tensors = [
  column(
    "kernel",
    shapes.map(({kernel}) => names.indexOf(kernel)),
  ),
  column(
    "sizes",
    shapes.flatMap(({sizes}) => row(sizes)),
    [shapes.length, width],
  ),
  column("microseconds", quantiles(0.5)),
  column(
    "interquartile",
    high.map((value, i) => value - low[i]),
  ),
];
const metadata = {machine: model, date: new Date().toISOString().slice(0, 10), repetitions: `${REPETITIONS}`};
writeFileSync(out, writeSafetensors(tensors, metadata));
