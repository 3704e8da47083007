/** The kernel of products with packed weights, and who runs it: one thread or several. */
import {packedProductWasm} from "../../kernels/generated/packed-product.js";
import type {KernelRun} from "../../kernels/kernel-runs.js";

export interface PackedKernel {
  vectorFloat(weights: number, x: number, y: number): void;
  vectorInt(weights: number, q: number, scales: number, starts: number, y: number): void;
  quantizeUnits(
    x: number,
    units: number,
    q: number,
    scales: number,
    starts: number,
    sums: number,
    halves: number,
    bias: number,
  ): void;
  matrixFloat(
    weights: number,
    x: number,
    bias: number,
    y: number,
    rows: number,
    inputs: number,
    room: number,
  ): void;
  matrixInt(
    weights: number,
    q: number,
    scales: number,
    starts: number,
    y: number,
    rows: number,
    room: number,
  ): void;
  addOffsets(
    sums: number,
    offsets: number,
    y: number,
    rows: number,
    out: number,
    groups: number,
    stride: number,
  ): void;
}

/** An instance of the kernel, and the means to call it for several ranges of rows at once. */
export type RunKernel = KernelRun<PackedKernel>;

/** Kernels for a machine: `relaxed` where it has relaxed SIMD. */
export interface PackedKernels {
  readonly plain: RunKernel;
  readonly relaxed: RunKernel | null;
  /** Ranges into which the rows of a large matrix are divided. */
  readonly ranges: number;
}

/** Sources of the kernels: for every machine, and for those with relaxed SIMD. */
export const packedSources = async (isRelaxed: boolean): Promise<string[]> => [
  packedProductWasm,
  ...(isRelaxed ? [await relaxedSource()] : []),
];

/** Only machines with relaxed SIMD load it. */
async function relaxedSource(): Promise<string> {
  return (await import("../../kernels/generated/packed-product-relaxed.js")).packedProductRelaxedWasm;
}
