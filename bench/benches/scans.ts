import type {Scans} from "../../src/lib/engine/mamba/scans.js";
import type {SelectiveScanInput} from "../../src/lib/engine/scan/scan-input.js";
import {selectiveScan} from "../../src/lib/engine/scan/selective-scan.js";
import {type SsdInput, ssd} from "../../src/lib/engine/scan/ssd.js";
import {wasmScans} from "../../src/lib/engine/wasm/wasm-scans.js";
import {wasmHeap} from "../../src/lib/kernels/wasm-heap.js";
import {draws, randomStream} from "../../src/lib/tensor/random.js";
import {requireClose} from "../harness/agree.js";
import type {Contest, PeerInTurn, Sides} from "../harness/contest.js";
import {pythonPeer} from "../peers/python.js";

const SCAN = {L: 4096, D: 1024, N: 16} as const;
const SSD = {L: 2048, H: 32, P: 64, N: 128} as const;
const CHUNKS = [16, 32, 64, 128, 256, 512] as const;
/** Of the largest output: the decays of these inputs forget within some hundred tokens. */
const TOLERANCE = 1e-5;

type Wide<T> = {readonly [Key in keyof T]: T[Key] extends Float32Array ? Float64Array : T[Key]};

/** The same numbers in float64, which the definitions take. */
function wide<T extends object>(input: T): Wide<T> {
  const entries = Object.entries(input).map(([name, value]) => [
    name,
    value instanceof Float32Array ? new Float64Array(value) : value,
  ]);
  return Object.fromEntries(entries);
}

function scanInput() {
  const stream = randomStream(1, "bench/selective scan");
  const normal = (count: number, mean = 0) => draws(count, () => mean + stream.normal());
  const {L, D, N} = SCAN;
  return {
    ...{channels: D, stateSize: N, u: normal(L * D), delta: normal(L * D, -3)},
    A: Float32Array.from({length: D * N}, (_, i) => -1 - (i % N)),
    ...{B: normal(L * N), C: normal(L * N)},
  } satisfies SelectiveScanInput<Float32Array>;
}

function ssdInput() {
  const stream = randomStream(1, "bench/ssd");
  const normal = (count: number) => draws(count, () => stream.normal());
  const uniform = (count: number, top: number) => draws(count, () => top * stream.uniform());
  const {L, H, P, N} = SSD;
  return {
    ...{heads: H, headDim: P, stateSize: N, x: normal(L * H * P)},
    ...{dt: uniform(L * H, 0.1), A: uniform(H, -16), B: normal(L * N), C: normal(L * N)},
  } satisfies SsdInput<Float32Array>;
}

async function scanSides(): Promise<Sides> {
  const input = scanInput();
  const exact = wide(input);
  const scans = await wasmScans(wasmHeap());
  const [ours, plain] = [() => scans.selectiveScan(input).y, () => selectiveScan(exact).y];
  requireClose("selective-scan", ours(), plain(), TOLERANCE);
  const torch = await pythonPeer("pytorch_scan.py", "selective", SCAN.L, SCAN.D, SCAN.N);
  return {work: 1, ours, peers: [{name: "plain TypeScript (float64)", run: plain}, ...torch]};
}

async function ssdSides(): Promise<Sides> {
  const input = ssdInput();
  const exact = wide(input);
  const scans = await wasmScans(wasmHeap());
  const [ours, plain] = [() => scans.ssd(input).y, () => ssd(exact).y];
  requireClose("ssd", ours(), plain(), TOLERANCE);
  const {L, H, P, N} = SSD;
  // PyTorch's best chunk here.
  const torch = await pythonPeer("pytorch_scan.py", "ssd", L, H, P, N, 128);
  return {work: 1, ours, peers: [{name: "plain TypeScript (float64)", run: plain}, ...torch]};
}

/** The scans in chunks of a size, and the most bytes that a call of one works in. */
async function counted(chunkSize: number): Promise<{scans: Scans; bytes: () => number}> {
  let most = 0;
  const heap = wasmHeap();
  const scratch = (bytes: number): number => {
    most = Math.max(most, bytes);
    return heap.scratch(bytes);
  };
  return {scans: await wasmScans({...heap, scratch}, {chunkSize}), bytes: () => most};
}

/** The default chunk of 32 tokens against the others: time, and in the names the working memory. */
async function chunkSides(name: string, run: (scans: Scans) => Float32Array): Promise<Sides> {
  const sides: (PeerInTurn & {readonly chunk: number})[] = [];
  let first: Float32Array | undefined;
  for (const chunk of CHUNKS) {
    const {scans, bytes} = await counted(chunk);
    const y = run(scans);
    first ??= y;
    requireClose(name, y, first, TOLERANCE);
    sides.push({name: `chunks of ${chunk}, ${(bytes() / 1e6).toFixed(2)} MB`, run: () => run(scans), chunk});
  }
  const ours = sides.find(({chunk}) => chunk === 32)!;
  return {work: 1, ours: ours.run, peers: sides};
}

const scanTitle = `selective scan, ${SCAN.L} tokens, ${SCAN.D} channels, ${SCAN.N} states, f32`;
const ssdTitle = `Mamba2 layer, ${SSD.L} tokens, ${SSD.H} heads of ${SSD.P}, ${SSD.N} states, f32`;

/** The scans of state-space models on one thread, and what their chunks cost. */
export const stateSpaceScans: readonly Contest[] = [
  {name: "selective-scan", title: scanTitle, unit: "ms", samples: 15, prepare: scanSides},
  {name: "ssd", title: ssdTitle, unit: "ms", samples: 15, prepare: ssdSides},
  {
    name: "selective-scan-chunks",
    title: `${scanTitle}, chunks of 32`,
    unit: "ms",
    samples: 15,
    prepare() {
      const input = scanInput();
      return chunkSides("selective-scan-chunks", (scans) => scans.selectiveScan(input).y);
    },
  },
  {
    name: "ssd-chunks",
    title: `${ssdTitle}, chunks of 32`,
    unit: "ms",
    samples: 15,
    prepare() {
      const input = ssdInput();
      return chunkSides("ssd-chunks", (scans) => scans.ssd(input).y);
    },
  },
];
