import type {CostTask} from "../../tasks/cost-task.js";
import type {Tensor} from "../../tensor/tensor.js";
import {KERNELS, type KernelName, type KernelShape, kernelText} from "./kernel-shapes.js";

/** A kernel's shape with its time on the machine that was measured. */
export interface KernelTime {
  readonly shape: KernelShape;
  /** Median of some repetitions. */
  readonly microseconds: number;
  /** Range of the middle half of the repetitions. */
  readonly interquartile: number;
}

/** Largest spread of a time that counts, as a part of the time: another program ran beside the others. */
const LARGEST_SPREAD = 0.5;

/**
 * Times of kernels from tensors `kernel` [n], `sizes` [n, 4], `microseconds` [n] and `interquartile` [n], as
 * scripts/measure-kernels.ts writes them; those of too wide a spread are left out.
 * @throws RangeError if a tensor is missing.
 */
export function kernelTimes(tensors: ReadonlyMap<string, Tensor>): KernelTime[] {
  const column = (name: string): Float32Array => {
    const found = tensors.get(name);
    if (found === undefined)
      throw new RangeError(`kernelTimes: tensors must hold ${name}, got ${[...tensors.keys()].join(", ")}`);
    return found.data;
  };
  const names = Object.keys(KERNELS) as KernelName[];
  const [sizes, microseconds, interquartile] = ["sizes", "microseconds", "interquartile"].map(column);
  const rows = Array.from(column("kernel"), (at, i): KernelTime => {
    const kernel = names[at];
    const shape = {kernel, sizes: Array.from(sizes.subarray(4 * i, 4 * i + KERNELS[kernel].length))};
    return {shape, microseconds: microseconds[i], interquartile: interquartile[i]};
  });
  return rows.filter((row) => row.interquartile <= LARGEST_SPREAD * row.microseconds);
}

/** Sizes that stay when only the number of rows or tokens changes: such shapes stand in one split. */
const structureOf = ({kernel, sizes}: KernelShape): string => `${kernel} ${sizes.slice(1).join("x")}`;

/** Kernels of ours with their measured times; texts are the measured shapes, drawn again and again. */
export function kernelTask(times: readonly KernelTime[]): CostTask {
  return {
    id: "kernel",
    title: "kernel of ours",
    targets: [{name: "microseconds", title: "measured time", unit: "µs"}],
    draw(stream) {
      const {shape, microseconds} = times[stream.integer(times.length)];
      return {text: kernelText(shape), targets: [microseconds], structure: structureOf(shape)};
    },
  };
}
