/** Mamba's selective scan on a graphics processor, in chunks of tokens. */
import {selectiveChunksWgsl} from "../../kernels/generated/selective-chunks-wgsl.js";
import type {GpuHost, GpuWork} from "../../kernels/gpu-host.js";
import {transpose} from "../../tensor/transpose.js";
import type {ScanOutput, SelectiveScanInput} from "../scan/scan-input.js";
import {CHUNK, LANES, runScan, scanKernel, scanWork} from "./gpu-scan.js";

const KERNEL = scanKernel("selective-chunks", selectiveChunksWgsl, {read: 5, written: 3});

/**
 * The scan in float32, with B by Euler's rule. After T tokens an output differs from the reference by at most
 * 2^-21 ((1 + T X) (4 + Y) + 2 T + N) times the same scan of magnitudes, where X is the largest time step times |A|
 * and Y the largest |delta + bias|, each at most 88: an exp of x is within 3 + 2 |x| units in the last place. (WGSL,
 * section 15.7.4)
 * @throws RangeError if the rule is another, or the adapter has no room for the states of all chunks; Error if it fails.
 */
export function gpuSelectiveScan(
  host: GpuHost,
  input: SelectiveScanInput<Float32Array>,
): Promise<ScanOutput<Float32Array>> {
  const {u, channels, stateSize} = input;
  const size = channels * stateSize;
  return runScan(host, u.length, {state: input.state, size}, () => prepareSelectiveScan(host, input));
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
  const buffers = [
    host.upload(sizesOf(input, tokens, chunks), "uniform"),
    ...[u, delta, z ?? new Float32Array(1), ratesOf(input), joined(input.B, input.C)].map((data) =>
      host.upload(data),
    ),
    host.room((tokens + chunks) * channels),
    host.room((chunks + 1) * size, state && transpose(Float32Array.from(state), channels, stateSize)),
    host.room(u.length + size),
  ];
  const lanes = Math.ceil(channels / LANES);
  const grids = {
    chunkSteps: [chunks, lanes, 1],
    chunkStates: [chunks, lanes, stateSize],
    carryStates: [1, lanes, stateSize],
    chunkOutputs: [chunks, lanes, 1],
  } as const;
  return scanWork(host, KERNEL, grids, buffers, u.length + size);
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
