/** Mamba2's layer on a graphics processor, in chunks of tokens. */
import {ssdChunksWgsl} from "../../kernels/generated/ssd-chunks-wgsl.js";
import {
  freeAll,
  type GpuDispatch,
  type GpuHost,
  type GpuKernel,
  type GpuWork,
  runOnGpu,
} from "../../kernels/gpu-host.js";
import type {ScanOutput} from "../scan/scan-input.js";
import type {SsdInput} from "../scan/ssd.js";

const KERNEL: GpuKernel = {
  name: "ssd-chunks",
  text: ssdChunksWgsl,
  bindings: [
    "uniform",
    ...["x", "dt", "rates", "B", "C"].map(() => "read-only-storage" as const),
    ...["states", "decays", "y"].map(() => "storage" as const),
  ],
};

const CHUNK = 32;
const LANES = 64;

/**
 * The layer in float32. After T tokens an output differs from the reference by at most 2^-21 (T (2 + X) + N) times the
 * same scan of magnitudes, where X is the largest dt |A|, at most 88: an exp of x is within 3 + 2 |x| units in the last
 * place. (WGSL, section 15.7.4)
 * @throws RangeError if the adapter has no room for the states of all chunks, Error if it fails.
 */
export async function gpuSsd(
  host: GpuHost,
  input: SsdInput<Float32Array>,
): Promise<ScanOutput<Float32Array>> {
  const {x, heads, headDim, stateSize} = input;
  if (x.length === 0) {
    return {
      y: new Float32Array(0),
      state: input.state?.slice() ?? new Float64Array(heads * headDim * stateSize),
    };
  }
  const result = await runOnGpu(host, prepareSsd(host, input));
  return {y: result.slice(0, x.length), state: new Float64Array(result.subarray(x.length))};
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
  const y = host.room(x.length + size);
  const buffers = [
    host.upload(sizes, "uniform"),
    ...[x, dt, rates, B, C].map((data) => host.upload(data)),
    host.room((chunks + 1) * size, state && Float32Array.from(state)),
    ...[host.room(chunks * heads), y],
  ];
  const carried = Math.ceil(size / LANES);
  const grids = {
    chunkStates: [chunks, heads, 1],
    carryStates: [Math.min(carried, host.maxGroups), Math.ceil(carried / host.maxGroups), 1],
    chunkOutputs: [chunks, heads, 1],
  } as const;
  const dispatches: readonly GpuDispatch[] = await Promise.all(
    Object.entries(grids).map(async ([entry, grid]) => ({
      pipeline: await host.pipeline(KERNEL, entry),
      buffers,
      grid,
    })),
  );
  return {dispatches, read: () => host.read(y, x.length + size), free: () => freeAll(buffers)};
}
