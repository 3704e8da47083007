/** The twins in WGSL on whatever adapter there is: each in turn with a copy and a product of 16-bit weights. */
import {attendAll, attendSelected} from "../../src/lib/attention/attend-selected.js";
import {gpuDecodeAttention} from "../../src/lib/attention/gpu-decode-attention.js";
import {packedLinear} from "../../src/lib/engine/packed/packed-linear.js";
import {selectiveScan} from "../../src/lib/engine/scan/selective-scan.js";
import {ssd} from "../../src/lib/engine/scan/ssd.js";
import {gpuPackedProduct} from "../../src/lib/engine/webgpu/gpu-packed.js";
import {prepareSelectiveScan} from "../../src/lib/engine/webgpu/gpu-selective-scan.js";
import {prepareSsd} from "../../src/lib/engine/webgpu/gpu-ssd.js";
import {formatById} from "../../src/lib/formats/registry.js";
import type {GpuHost, GpuWork} from "../../src/lib/kernels/gpu-host.js";
import {draws, randomStream} from "../../src/lib/tensor/random.js";
import {requireClose} from "../harness/agree.js";
import {measureInTurn} from "../harness/measure.js";
import {median} from "../harness/statistics.js";
import {prepareCopy, prepareHalfProduct} from "./peers.js";
import type {GpuRecord} from "./report.js";

/** Sizes of a run: small ones where a processor stands in for a graphics processor. */
interface Sizes {
  readonly columns: number;
  readonly out: number;
  readonly rows: number;
  readonly tokens: number;
  readonly scanned: number;
  readonly copied: number;
  /** Calls of a sample, so that starting one does not count. */
  readonly calls: number;
  readonly samples: number;
}

const SIZES: Readonly<Record<"hardware" | "software", Sizes>> = {
  hardware: {
    ...{columns: 8192, out: 28_672, rows: 512, tokens: 131_072, scanned: 8192},
    ...{copied: 2 ** 27, calls: 20, samples: 21},
  },
  software: {
    ...{columns: 512, out: 1024, rows: 32, tokens: 1024, scanned: 128},
    ...{copied: 2 ** 20, calls: 1, samples: 15},
  },
};

/** Tolerances as a share of the largest result: those of the kernels, and of weights rounded to 16 bits. */
const CLOSE = 1e-4;

/** Work with its title, and the bytes that a call has to read. */
interface Side {
  readonly title: string;
  readonly bytes: number;
  readonly work: GpuWork;
  readonly isProduct: boolean;
}

const FORMATS = ["int4_g32", "mxfp4", "nvfp4", "razer"] as const;

/** Records of every kernel, and the bandwidth of the copy. @throws Error if a kernel's result is not the definition's. */
export async function measureGpu(
  host: GpuHost,
): Promise<{readonly records: GpuRecord[]; readonly copyGigabytesPerSecond: number}> {
  const sizes = SIZES[host.isSoftware ? "software" : "hardware"];
  const stream = randomStream(1, "bench/gpu");
  const normal = (count: number) => draws(count, () => stream.normal());
  const copy = await prepareCopy(host, sizes.copied);
  const half = await halfSide(host, sizes, normal);
  const sides = [
    ...(await packedSides(host, sizes, normal)),
    ...(await attentionSides(host, sizes, normal)),
    await selectiveSide(host, sizes, normal),
    await scanSide(host, sizes, normal),
  ];
  const all = [copy, half.work, ...sides.map(({work}) => work)];
  const seconds = await measureInTurn(
    all.map(({dispatches}) => () => {
      host.dispatch(Array.from({length: sizes.calls}, () => dispatches).flat());
      return host.done();
    }),
    {samples: sizes.samples, warmUp: 0.1, warmUpRuns: 2, sample: 0},
  );
  for (const work of all) work.free();
  const [copySeconds, halfSeconds, ...own] = seconds.map((each) => median(each) / sizes.calls);
  const copyRate = (8 * sizes.copied) / copySeconds / 1e9;
  const records = [half, ...sides].map(({title, bytes, isProduct}, i): GpuRecord => {
    const taken = i === 0 ? halfSeconds : own[i - 1];
    const rate = bytes / taken / 1e9;
    return {
      ...{title, milliseconds: 1e3 * taken, samples: sizes.samples, bytes},
      ...{gigabytesPerSecond: rate, shareOfCopy: rate / copyRate},
      timesHalf: isProduct ? halfSeconds / taken : null,
    };
  });
  return {records, copyGigabytesPerSecond: copyRate};
}

type Normal = (count: number) => Float32Array;

async function resultOf(host: GpuHost, work: GpuWork): Promise<Float32Array> {
  host.dispatch(work.dispatches);
  return work.read();
}

async function halfSide(host: GpuHost, {columns, out}: Sizes, normal: Normal): Promise<Side> {
  // Any bits that are a number do: 0x3c00 is 1.
  const pairs = new Uint32Array((columns * out) / 2).fill(0x3c003c00);
  const x = normal(columns);
  const work = await prepareHalfProduct(host, pairs, x);
  const sum = x.reduce((total, value) => total + value, 0);
  requireClose("half", await resultOf(host, work), new Float32Array(out).fill(sum), CLOSE);
  const title = `matrix ${out} x ${columns} times vector, weights f16`;
  return {title, bytes: pairs.byteLength, work, isProduct: true};
}

/** Products of one row and of several; only the first outputs are held against the definition, which is slow. */
async function packedSides(
  host: GpuHost,
  {columns, out, rows}: Sizes,
  normal: Normal,
): Promise<readonly Side[]> {
  const sides: Side[] = [];
  for (const id of FORMATS) {
    const format = formatById(id);
    const weight = format.levels!(format.encode({shape: [out, columns], data: normal(out * columns)}))!;
    const product = gpuPackedProduct(host, weight)!;
    const [few, groups] = [64, Math.ceil(columns / weight.size)];
    const first = {
      ...weight,
      rows: few,
      levels: weight.levels.subarray(0, few * columns),
      scales: weight.scales.subarray(0, few * groups),
    };
    for (const count of [1, rows]) {
      const x = normal(count * columns);
      const work = await product.prepare(x);
      const found = (await resultOf(host, work)).subarray(0, few);
      requireClose(id, found, packedLinear(first, null)(x.subarray(0, columns)), CLOSE);
      const what = count === 1 ? "vector" : `${count} vectors`;
      const title = `matrix ${out} x ${columns} times ${what}, weights ${id}`;
      sides.push({title, bytes: product.bytes, work, isProduct: count === 1});
    }
  }
  return sides;
}

/** Attention of 32 heads on 8 of keys: over all tokens, and over a tenth. */
async function attentionSides(host: GpuHost, {tokens}: Sizes, normal: Normal): Promise<readonly Side[]> {
  const [heads, kvHeads, headDim] = [32, 8, 64];
  const width = kvHeads * headDim;
  const step = {
    ...{heads, kvHeads, headDim, q: normal(heads * headDim)},
    ...{keys: normal(tokens * width), values: normal(tokens * width)},
  };
  const tenth = Array.from({length: Math.floor(tokens / 10)}, (_, i) => 10 * i);
  const attention = gpuDecodeAttention(host, step);
  const dense = await attention.prepare(step.q);
  const sparse = await attention.prepare(step.q, new Array(kvHeads).fill(tenth));
  requireClose("attention", await resultOf(host, dense), attendAll(step), CLOSE);
  const expected = attendSelected(step, new Array(heads).fill(tenth));
  requireClose("attention", await resultOf(host, sparse), expected, CLOSE);
  const bytesOf = (count: number) => 8 * width * count;
  return [
    {title: `decode attention over ${tokens} tokens`, bytes: bytesOf(tokens), work: dense, isProduct: false},
    {
      title: `decode attention over a tenth of ${tokens} tokens`,
      ...{bytes: bytesOf(tenth.length), work: sparse, isProduct: false},
    },
  ];
}

/** The first numbers in float64, which the definitions take. */
const wide = (values: Float32Array, count: number) => Float64Array.from(values.subarray(0, count));

/** Tokens of a scan that are held against the definition, more than a chunk. */
const CHECKED = 40;

async function selectiveSide(host: GpuHost, {scanned}: Sizes, normal: Normal): Promise<Side> {
  const [channels, stateSize] = [1536, 16];
  const input = {
    ...{channels, stateSize, u: normal(scanned * channels)},
    delta: normal(scanned * channels).map((value) => value - 3),
    A: Float32Array.from({length: channels * stateSize}, (_, i) => -1 - (i % stateSize)),
    ...{B: normal(scanned * stateSize), C: normal(scanned * stateSize)},
  };
  const work = await prepareSelectiveScan(host, input);
  const [few, states] = [CHECKED * channels, CHECKED * stateSize];
  const {y} = selectiveScan({
    ...{channels, stateSize, u: wide(input.u, few), delta: wide(input.delta, few)},
    A: wide(input.A, channels * stateSize),
    ...{B: wide(input.B, states), C: wide(input.C, states)},
  });
  requireClose("selective scan", (await resultOf(host, work)).subarray(0, few), y, CLOSE);
  const bytes = 12 * input.u.length + 8 * input.B.length;
  return {title: `Mamba1's scan of ${scanned} tokens, in chunks`, bytes, work, isProduct: false};
}

async function scanSide(host: GpuHost, {scanned}: Sizes, normal: Normal): Promise<Side> {
  const [heads, headDim, stateSize] = [24, 64, 64];
  const input = {
    ...{heads, headDim, stateSize, x: normal(scanned * heads * headDim)},
    dt: normal(scanned * heads).map((value) => 0.1 * Math.abs(value)),
    A: normal(heads).map((value) => -Math.abs(value)),
    ...{B: normal(scanned * stateSize), C: normal(scanned * stateSize)},
  };
  const work = await prepareSsd(host, input);
  const few = CHECKED * heads * headDim;
  const {y} = ssd({
    ...{heads, headDim, stateSize, x: wide(input.x, few), dt: wide(input.dt, CHECKED * heads)},
    A: wide(input.A, heads),
    ...{B: wide(input.B, CHECKED * stateSize), C: wide(input.C, CHECKED * stateSize)},
  });
  requireClose("scan", (await resultOf(host, work)).subarray(0, few), y, CLOSE);
  const bytes = 8 * input.x.length + 4 * (input.dt.length + input.B.length + input.C.length);
  return {title: `Mamba2's scan of ${scanned} tokens, in chunks`, bytes, work, isProduct: false};
}
