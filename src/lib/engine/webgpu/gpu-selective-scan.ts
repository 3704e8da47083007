/** Mamba's selective scan on a graphics processor, in chunks of tokens. */
import {selectiveChunksWgsl} from "../../kernels/generated/selective-chunks-wgsl.js";
import {
  freeAll,
  type GpuDispatch,
  type GpuHost,
  type GpuKernel,
  type GpuWork,
  runOnGpu,
} from "../../kernels/gpu-host.js";
import {transpose} from "../../tensor/transpose.js";
import type {ScanOutput, SelectiveScanInput} from "../scan/scan-input.js";

const KERNEL: GpuKernel = {
  name: "selective-chunks",
  text: selectiveChunksWgsl,
  bindings: [
    "uniform",
    ...["u", "delta", "z", "rates", "BC"].map(() => "read-only-storage" as const),
    ...["steps", "states", "y"].map(() => "storage" as const),
  ],
};

const CHUNK = 32;
const LANES = 64;

/**
 * The scan in float32, with B by Euler's rule. After T tokens an output differs from the reference by at most
 * 2^-21 ((1 + T X) (4 + Y) + 2 T + N) times the same scan of magnitudes, where X is the largest time step times |A|
 * and Y the largest |delta + bias|, each at most 88: an exp of x is within 3 + 2 |x| units in the last place. (WGSL,
 * section 15.7.4)
 * @throws RangeError if the rule is another, or the adapter has no room for the states of all chunks; Error if it fails.
 */
export async function gpuSelectiveScan(
  host: GpuHost,
  input: SelectiveScanInput<Float32Array>,
): Promise<ScanOutput<Float32Array>> {
  const {u, channels, stateSize} = input;
  if (u.length === 0) {
    return {y: new Float32Array(0), state: input.state?.slice() ?? new Float64Array(channels * stateSize)};
  }
  const result = await runOnGpu(host, prepareSelectiveScan(host, input));
  return {y: result.slice(0, u.length), state: new Float64Array(result.subarray(u.length))};
}

/** Uploads the input of at least one token; the result is y, then the state. @throws as {@link gpuSelectiveScan}. */
export async function prepareSelectiveScan(
  host: GpuHost,
  input: SelectiveScanInput<Float32Array>,
): Promise<GpuWork> {
  const {channels, stateSize, u, delta, z, state, discretization = "euler"} = input;
  if (discretization !== "euler") {
    throw new RangeError(`gpuSelectiveScan: discretization must be euler, got ${discretization}`);
  }
  const tokens = u.length / channels;
  const chunks = Math.ceil(tokens / CHUNK);
  const size = channels * stateSize;
  const y = host.room(u.length + size);
  const buffers = [
    host.upload(sizesOf(input, tokens, chunks), "uniform"),
    ...[u, delta, z ?? new Float32Array(1), ratesOf(input), joined(input.B, input.C)].map((data) =>
      host.upload(data),
    ),
    host.room((tokens + chunks) * channels),
    host.room((chunks + 1) * size, state && transpose(Float32Array.from(state), channels, stateSize)),
    y,
  ];
  const lanes = Math.ceil(channels / LANES);
  const grids = {
    chunkSteps: [chunks, lanes, 1],
    chunkStates: [chunks, lanes, stateSize],
    carryStates: [1, lanes, stateSize],
    chunkOutputs: [chunks, lanes, 1],
  } as const;
  const dispatches: readonly GpuDispatch[] = await Promise.all(
    Object.entries(grids).map(async ([entry, grid]) => ({
      pipeline: await host.pipeline(KERNEL, entry),
      buffers,
      grid,
    })),
  );
  return {dispatches, read: () => host.read(y, u.length + size), free: () => freeAll(buffers)};
}

/** The kernel's `Sizes`: whole numbers, then one in float32. */
function sizesOf(input: SelectiveScanInput<Float32Array>, tokens: number, chunks: number): Uint32Array {
  const {channels, stateSize, groups = 1, z, deltaSoftplus = true, softplusThreshold = 20} = input;
  const [threshold] = new Uint32Array(Float32Array.of(softplusThreshold).buffer);
  const [soft, gated] = [Number(deltaSoftplus), Number(z !== undefined)];
  return Uint32Array.of(tokens, channels, stateSize, groups, chunks, soft, gated, threshold);
}

/** A [N, D], then the bias of the time steps and the skip, each [D]. */
function ratesOf({channels, stateSize, A, deltaBias, D}: SelectiveScanInput<Float32Array>): Float32Array {
  const none = new Float32Array(channels);
  return joined(joined(transpose(A, channels, stateSize), deltaBias ?? none), D ?? none);
}

function joined(first: Float32Array, second: Float32Array): Float32Array {
  const both = new Float32Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}
