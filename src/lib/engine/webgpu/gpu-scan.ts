/** The course of a chunked scan on a graphics processor, whichever it is. */
import {
  freeAll,
  type GpuDispatch,
  type GpuHost,
  type GpuKernel,
  type GpuWork,
  runOnGpu,
} from "../../kernels/gpu-host.js";
import type {GpuBuffer} from "../../kernels/webgpu.js";
import type {ScanOutput} from "../scan/scan-input.js";

/** Tokens of a chunk. */
export const CHUNK = 32;
/** Lanes of a workgroup. */
export const LANES = 64;

/** A kernel of scans: sizes, then inputs that it reads, then buffers that it writes, y last. */
export const scanKernel = (
  name: string,
  text: string,
  buffers: {readonly read: number; readonly written: number},
): GpuKernel => ({
  name,
  text,
  bindings: [
    "uniform",
    ...new Array<"read-only-storage">(buffers.read).fill("read-only-storage"),
    ...new Array<"storage">(buffers.written).fill("storage"),
  ],
});

/** Entry points in the order of their calls, each with its workgroups. */
type Grids = Readonly<Record<string, GpuDispatch["grid"]>>;

/** Dispatches over buffers of which the last one takes y and the state, so many numbers. */
export async function scanWork(
  host: GpuHost,
  kernel: GpuKernel,
  grids: Grids,
  buffers: readonly GpuBuffer[],
  numbers: number,
): Promise<GpuWork> {
  const dispatches = await Promise.all(
    Object.entries(grids).map(async ([entry, grid]) => ({
      pipeline: await host.pipeline(kernel, entry),
      buffers,
      grid,
    })),
  );
  const result = buffers[buffers.length - 1];
  return {dispatches, read: () => host.read(result, numbers), free: () => freeAll(buffers)};
}

/** Runs a scan of `outputs` numbers. Without tokens its state is that before it: zeros if there is none. */
export async function runScan(
  host: GpuHost,
  outputs: number,
  {state, size}: {readonly state: Float64Array | undefined; readonly size: number},
  prepare: () => Promise<GpuWork>,
): Promise<ScanOutput<Float32Array>> {
  if (outputs === 0) return {y: new Float32Array(0), state: state?.slice() ?? new Float64Array(size)};
  const result = await runOnGpu(host, prepare());
  return {y: result.slice(0, outputs), state: new Float64Array(result.subarray(outputs))};
}
