/** Mamba2's layer on a graphics processor, in chunks of tokens. */
import {ssdChunksWgsl} from "../../kernels/generated/ssd-chunks-wgsl.js";
import type {GpuHost, GpuWork} from "../../kernels/gpu-host.js";
import type {ScanOutput} from "../scan/scan-input.js";
import type {SsdInput} from "../scan/ssd.js";
import {CHUNK, LANES, runScan, scanKernel, scanWork} from "./gpu-scan.js";

const KERNEL = scanKernel("ssd-chunks", ssdChunksWgsl, {read: 5, written: 3});

/**
 * The layer in float32. After T tokens an output differs from the reference by at most 2^-21 (T (2 + X) + N) times the
 * same scan of magnitudes, where X is the largest dt |A|, at most 88: an exp of x is within 3 + 2 |x| units in the last
 * place. (WGSL, section 15.7.4)
 * @throws RangeError if the adapter has no room for the states of all chunks, Error if it fails.
 */
export function gpuSsd(host: GpuHost, input: SsdInput<Float32Array>): Promise<ScanOutput<Float32Array>> {
  const {x, heads, headDim, stateSize} = input;
  const size = heads * headDim * stateSize;
  return runScan(host, x.length, {state: input.state, size}, () => prepareSsd(host, input));
}

/** Uploads the input of at least one token; the result is y, then the state. @throws as {@link gpuSsd}. */
export async function prepareSsd(
  host: GpuHost,
  {heads, headDim, stateSize, groups = 1, x, dt, A, B, C, D, state}: SsdInput<Float32Array>,
): Promise<GpuWork> {
  const tokens = dt.length / heads;
  const chunks = Math.ceil(tokens / CHUNK);
  const size = heads * headDim * stateSize;
  const rates = new Float32Array(2 * heads);
  rates.set(A);
  if (D !== undefined) rates.set(D, heads);
  const sizes = Uint32Array.of(tokens, heads, headDim, stateSize, groups, chunks);
  const buffers = [
    host.upload(sizes, "uniform"),
    ...[x, dt, rates, B, C].map((data) => host.upload(data)),
    host.room((chunks + 1) * size, state && Float32Array.from(state)),
    ...[host.room(chunks * heads), host.room(x.length + size)],
  ];
  const carried = Math.ceil(size / LANES);
  const grids = {
    chunkStates: [chunks, heads, 1],
    carryStates: [Math.min(carried, host.maxGroups), Math.ceil(carried / host.maxGroups), 1],
    chunkOutputs: [chunks, heads, 1],
  } as const;
  return scanWork(host, KERNEL, grids, buffers, x.length + size);
}
