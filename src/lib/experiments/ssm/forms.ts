/** The forms of the three scans on seeded inputs: what an experiment runs and prices. */

import type {Precision} from "../../engine/scan/precision.js";
import {
  glaChunkedCost,
  glaChunkedNaiveCost,
  glaCost,
  type ScanCost,
  selectiveScanAssociativeCost,
  selectiveScanChunkedCost,
  selectiveScanCost,
  ssdChunkedCost,
  ssdCost,
} from "../../engine/scan/scan-cost.js";
import type {ScanOutput, SelectiveScanInput} from "../../engine/scan/scan-input.js";
import {selectiveScan} from "../../engine/scan/selective-scan.js";
import {type SsdInput, ssd} from "../../engine/scan/ssd.js";
import {wasmScans} from "../../engine/wasm/wasm-scans.js";
import {wasmHeap} from "../../kernels/wasm-heap.js";
import {type GlaInput, gla} from "../../ssm/scan/gla.js";
import {glaChunked} from "../../ssm/scan/gla-chunked.js";
import {glaChunkedNaive} from "../../ssm/scan/gla-chunked-naive.js";
import {selectiveScanAssociative} from "../../ssm/scan/selective-scan-associative.js";
import {selectiveScanChunked} from "../../ssm/scan/selective-scan-chunked.js";
import {ssdChunked} from "../../ssm/scan/ssd-chunked.js";
import {randomStream} from "../../tensor/random.js";

/** Techniques that the experiment compares. */
export const TECHNIQUES = ["selective-scan", "ssd", "gla"] as const;
/** One of the techniques that the experiment compares. */
export type Technique = (typeof TECHNIQUES)[number];

/** A way to compute a scan. One without chunks takes no notice of their size. */
export interface Form {
  readonly form: "recurrent" | "associative" | "chunked" | "naive" | "kernel";
  readonly chunks: boolean;
  readonly precisions: readonly Precision[];
  /** null where the counts of our own loops say nothing of it. */
  cost(chunkSize: number): ScanCost | null;
  run(precision: Precision, chunkSize: number): ScanOutput;
}

/** Settings of the random inputs. */
export interface Drawn {
  readonly tokens: number;
  /** Tokens after which about half of the state is gone. */
  readonly halfLife: number;
  readonly subChunkSize: number;
  readonly seed: number;
}

const BOTH: readonly Precision[] = ["float64", "float32"];

/** All forms of a technique on one input, the recurrence that defines it first. Every state has 256 numbers. */
export function formsOf(technique: Technique, drawn: Drawn): Promise<Form[]> {
  if (technique === "selective-scan") return selectiveScanForms(drawn);
  return technique === "ssd" ? ssdForms(drawn) : Promise.resolve(glaForms(drawn));
}

/** Numbers that float32 has, so that what differs between forms is their arithmetic alone. */
function drawing({halfLife, seed}: Drawn, technique: Technique) {
  const stream = randomStream(seed, technique);
  const draw = (count: number, next: () => number) =>
    Float64Array.from({length: count}, () => Math.fround(next()));
  return {
    normal: (count: number) => draw(count, () => stream.normal()),
    /** Time steps between 1/2 and 3/2. */
    steps: (count: number) => draw(count, () => 0.5 + stream.uniform()),
    /** ln of what one token of step 1 keeps, between 1/2 and 3/2 of what the half-life gives. */
    decays: (count: number) => draw(count, () => (-Math.LN2 / halfLife) * (0.5 + stream.uniform())),
  };
}

async function selectiveScanForms(drawn: Drawn): Promise<Form[]> {
  const {tokens} = drawn;
  const [channels, stateSize] = [16, 16];
  const {normal, steps, decays} = drawing(drawn, "selective-scan");
  const input = {
    channels,
    stateSize,
    u: normal(tokens * channels),
    delta: steps(tokens * channels),
    A: decays(channels * stateSize),
    B: normal(tokens * stateSize),
    C: normal(tokens * stateSize),
    deltaSoftplus: false,
  } satisfies SelectiveScanInput;
  const sizes = {tokens, channels, stateSize};
  const kernels = await wasmScans(wasmHeap());
  return [
    unchunked("recurrent", selectiveScanCost(sizes), (precision) => selectiveScan(input, {precision})),
    unchunked("associative", selectiveScanAssociativeCost(sizes), (precision) =>
      selectiveScanAssociative(input, {precision}),
    ),
    {
      form: "chunked",
      chunks: true,
      precisions: BOTH,
      cost: (chunkSize) => selectiveScanChunkedCost(sizes, chunkSize),
      run: (precision, chunkSize) => selectiveScanChunked(input, {precision, chunkSize}),
    },
    kernel(() => kernels.selectiveScan(inFloat32(input))),
  ];
}

async function ssdForms(drawn: Drawn): Promise<Form[]> {
  const {tokens} = drawn;
  const [heads, headDim, stateSize] = [2, 8, 16];
  const {normal, steps, decays} = drawing(drawn, "ssd");
  const input = {
    heads,
    headDim,
    stateSize,
    x: normal(tokens * heads * headDim),
    dt: steps(tokens * heads),
    A: decays(heads),
    B: normal(tokens * stateSize),
    C: normal(tokens * stateSize),
  } satisfies SsdInput;
  const sizes = {tokens, heads, headDim, stateSize};
  const kernels = await wasmScans(wasmHeap());
  return [
    unchunked("recurrent", ssdCost(sizes), (precision) => ssd(input, {precision})),
    {
      form: "chunked",
      chunks: true,
      precisions: BOTH,
      cost: (chunkSize) => ssdChunkedCost(sizes, chunkSize),
      run: (precision, chunkSize) => ssdChunked(input, {precision, chunkSize}),
    },
    kernel(() => kernels.ssd(inFloat32(input))),
  ];
}

function glaForms(drawn: Drawn): Form[] {
  const {tokens, subChunkSize} = drawn;
  const [heads, keyDim, valueDim] = [2, 16, 8];
  const {normal, decays} = drawing(drawn, "gla");
  const input: GlaInput = {
    heads,
    keyDim,
    valueDim,
    q: normal(tokens * heads * keyDim),
    k: normal(tokens * heads * keyDim),
    v: normal(tokens * heads * valueDim),
    logDecay: decays(tokens * heads * keyDim),
  };
  const sizes = {tokens, heads, keyDim, valueDim};
  return [
    unchunked("recurrent", glaCost(sizes), (precision) => gla(input, {precision})),
    {
      form: "chunked",
      chunks: true,
      precisions: BOTH,
      cost: (chunkSize) => glaChunkedCost(sizes, chunkSize, subChunkSize),
      run: (precision, chunkSize) => glaChunked(input, {precision, chunkSize, subChunkSize}),
    },
    {
      form: "naive",
      chunks: true,
      precisions: BOTH,
      cost: (chunkSize) => glaChunkedNaiveCost(sizes, chunkSize),
      run: (precision, chunkSize) => glaChunkedNaive(input, {precision, chunkSize}),
    },
  ];
}

function unchunked(form: Form["form"], cost: ScanCost, run: (precision: Precision) => ScanOutput): Form {
  return {form, chunks: false, precisions: BOTH, cost: () => cost, run};
}

/** The kernel that models run: WebAssembly with SIMD, in float32 throughout, in an order of its own. */
function kernel(run: () => ScanOutput<Float32Array>): Form {
  return {
    form: "kernel",
    chunks: false,
    precisions: ["float32"],
    cost: () => null,
    run() {
      const {y, state} = run();
      return {y: new Float64Array(y), state};
    },
  };
}

type InFloat32<T> = {readonly [Key in keyof T]: T[Key] extends Float64Array ? Float32Array : T[Key]};

function inFloat32<T extends object>(input: T): InFloat32<T> {
  const entries = Object.entries(input).map(([name, value]) => [
    name,
    value instanceof Float64Array ? new Float32Array(value) : value,
  ]);
  return Object.fromEntries(entries);
}
