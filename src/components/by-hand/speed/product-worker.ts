// The code of a worker: makes a matrix, packs it, and times products with it, away from the page.

import {packedLinear} from "../../../lib/engine/packed/packed-linear.js";
import {wasmBackend} from "../../../lib/engine/wasm/wasm-backend.js";
import {gpuPackedProduct} from "../../../lib/engine/webgpu/gpu-packed.js";
import type {GroupedLevels} from "../../../lib/formats/grouped-levels.js";
import {bitsPerElement} from "../../../lib/formats/pack.js";
import {formatById} from "../../../lib/formats/registry.js";
import {browserGpu, type GpuHost, gpuHost} from "../../../lib/kernels/gpu-host.js";
import {draws, randomStream} from "../../../lib/tensor/random.js";

/** Product to time: 1024 x 1024 weights in a format, times rows of x. */
export interface ProductRequest {
  readonly format: string;
  readonly rows: number;
  readonly on: "WebAssembly" | "WebGPU";
}

/** Time of a product, and what ran it. */
export interface TimedProduct {
  readonly on: "WebAssembly" | "WebGPU";
  /** Name of the adapter; null for WebAssembly. */
  readonly adapter: string | null;
  readonly isSoftware: boolean;
  /** Reason why WebGPU did not run although it was wanted; null where it did or was not. */
  readonly refusal: string | null;
  readonly milliseconds: number;
  readonly bits: number;
  /** Largest difference from the definition, as a share of the largest output. */
  readonly difference: number;
}

/** Reply of the worker. */
export type ProductReply = {readonly timed: TimedProduct} | {readonly message: string};

const SIZE = 1024;
/** Products timed in a row: more where starting one would count, one where each takes long. */
const TIMES = {wasm: 10, hardware: 50, software: 1} as const;

self.onmessage = async ({data: request}: MessageEvent<ProductRequest>) => {
  try {
    self.postMessage({timed: await timedProduct(request)} satisfies ProductReply);
  } catch (error) {
    self.postMessage({
      message: error instanceof Error ? error.message : String(error),
    } satisfies ProductReply);
  }
};

/** Time of one product, and its result. */
interface Timed {
  readonly seconds: number;
  readonly y: Float32Array;
}

async function timedProduct({format, rows, on}: ProductRequest): Promise<TimedProduct> {
  const stream = randomStream(1, "speed/product");
  const normal = (count: number) => draws(count, () => stream.normal());
  const own = formatById(format);
  const packed = own.encode({shape: [SIZE, SIZE], data: normal(SIZE * SIZE)});
  const weight = own.levels!(packed)!;
  const x = normal(rows * SIZE);
  const {host, refusal} = on === "WebGPU" ? await openedHost() : {host: null, refusal: null};
  const {seconds, y} = host === null ? await inWasm(weight, x) : await onGpu(host, weight, x);
  return {
    on: host === null ? "WebAssembly" : "WebGPU",
    adapter: host?.adapter ?? null,
    isSoftware: host?.isSoftware ?? false,
    refusal,
    milliseconds: 1e3 * seconds,
    bits: bitsPerElement(packed),
    difference: largestDifference(y, packedLinear(weight, null)(x)),
  };
}

/** A host, opened once; or the reason why there is none. */
async function openedHost(): Promise<{readonly host: GpuHost | null; readonly refusal: string | null}> {
  try {
    opened ??= gpuHost(browserGpu());
    return {host: await opened, refusal: null};
  } catch (error) {
    return {host: null, refusal: (error as Error).message.replace("gpuHost: ", "")};
  }
}

let opened: Promise<GpuHost> | undefined;

async function inWasm(weight: GroupedLevels, x: Float32Array): Promise<Timed> {
  const product = (await (await wasmBackend()).packed!())(weight, null, "f32")!;
  const y = product(x);
  const start = performance.now();
  for (let i = 0; i < TIMES.wasm; i++) product(x);
  return {seconds: (performance.now() - start) / 1e3 / TIMES.wasm, y};
}

async function onGpu(host: GpuHost, weight: GroupedLevels, x: Float32Array): Promise<Timed> {
  const product = gpuPackedProduct(host, weight)!;
  const work = await product.prepare(x);
  try {
    host.dispatch(work.dispatches);
    const y = await work.read();
    const times = host.isSoftware ? TIMES.software : TIMES.hardware;
    const start = performance.now();
    host.dispatch(Array.from({length: times}, () => work.dispatches).flat());
    await host.done();
    return {seconds: (performance.now() - start) / 1e3 / times, y};
  } finally {
    work.free();
    product.free();
  }
}

function largestDifference(actual: Float32Array, expected: Float32Array): number {
  let [difference, most] = [0, 0];
  expected.forEach((value, i) => {
    difference = Math.max(difference, Math.abs(actual[i] - value));
    most = Math.max(most, Math.abs(value));
  });
  return difference / most;
}
