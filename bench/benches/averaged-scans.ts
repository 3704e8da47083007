import {loadTensors} from "../../src/data/data-sets.js";
import type {Scans} from "../../src/lib/engine/mamba/scans.js";
import {classify, visionMamba} from "../../src/lib/engine/vision/vision-mamba.js";
import {wasmBackend} from "../../src/lib/engine/wasm/wasm-backend.js";
import {wasmScans} from "../../src/lib/engine/wasm/wasm-scans.js";
import {wasmHeap} from "../../src/lib/kernels/wasm-heap.js";
import {averagedLayers} from "../../src/lib/ssm/vmeanba/averaged-layers.js";
import {repeated, type ScanInput, scanOfMeans} from "../../src/lib/ssm/vmeanba/mean-scan.js";
import {vmeanba} from "../../src/lib/ssm/vmeanba/vmeanba.js";
import {picture} from "../../src/lib/tasks/pictures/picture.js";
import {draws, randomStream} from "../../src/lib/tensor/random.js";
import {requireClose} from "../harness/agree.js";
import type {Contest, Sides} from "../harness/contest.js";

/** Tokens, channels and numbers of state: a layer of our picture model, and one of VMamba's first stage at 224 pixels. */
const SIZES = {small: [64, 96, 16], wide: [3136, 192, 16]} as const;

/** A scan whose channels are all alike, so that the mean channel must give what all of them give. */
function alikeScan([tokens, channels, stateSize]: readonly [number, number, number]): ScanInput {
  const stream = randomStream(1, "bench/averaged scans");
  const rows = (mean: number) =>
    Array.from({length: tokens}, () => Array<number>(channels).fill(mean + stream.normal())).flat();
  return {
    ...{channels, stateSize, u: Float32Array.from(rows(0)), delta: Float32Array.from(rows(-3))},
    A: Float32Array.from({length: channels * stateSize}, (_, i) => -1 - (i % stateSize)),
    B: draws(tokens * stateSize, () => stream.normal()),
    C: draws(tokens * stateSize, () => stream.normal()),
    D: new Float32Array(channels).fill(1),
  };
}

const averaged = (input: ScanInput, scans: Scans) => repeated(input, scanOfMeans(input, scans));

async function scanSides(sizes: readonly [number, number, number]): Promise<Sides> {
  const input = alikeScan(sizes);
  const scans = await wasmScans(wasmHeap());
  const [ours, whole] = [() => averaged(input, scans), () => scans.selectiveScan(input).y];
  requireClose("vmeanba-scan", ours(), whole(), 1e-4);
  return {work: 1, ours, peers: [{name: "all channels scanned", run: whole}]};
}

async function pictureSides(): Promise<Sides> {
  const model = visionMamba(
    await loadTensors("src/data/models/vision-mamba-small/model.safetensors"),
    await wasmBackend(),
  );
  const {pixels} = picture("test", 0);
  const all = averagedLayers(vmeanba, new Set(model.layers.keys()));
  return {
    work: 1,
    ours: () => classify(model, pixels, all),
    peers: [{name: "all channels scanned", run: () => classify(model, pixels)}],
  };
}

const titleOf = ([tokens, channels, states]: readonly number[]) =>
  `scan of one mean channel for ${channels}, ${tokens} tokens, ${states} states, f32`;

/** VMeanba's scan of a mean channel against the scan of all channels, one thread. */
export const averagedScanTimes: readonly Contest[] = [
  ...(["small", "wide"] as const).map((name) => ({
    name: `vmeanba-scan-${name}`,
    title: titleOf(SIZES[name]),
    unit: "ms" as const,
    samples: 15,
    prepare: () => scanSides(SIZES[name]),
  })),
  {
    name: "vmeanba-picture",
    title: "a picture through the vision Mamba, all six layers with one mean channel",
    unit: "ms",
    samples: 15,
    prepare: pictureSides,
  },
];
