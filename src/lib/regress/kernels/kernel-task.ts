import type {CostTask} from "../../tasks/cost-task.js";
import {type KernelName, kernelText} from "./kernel-shapes.js";

/** Times of kernels as one machine had them: rows of kernel, sizes, median microseconds and spread. */
export interface KernelTimes {
  readonly machine: string;
  readonly date: string;
  /** Repetitions of each median. */
  readonly repetitions: number;
  readonly rows: readonly KernelTimeRow[];
}

/** A kernel's name, its sizes, the median of its microseconds and the range of their middle half. */
export type KernelTimeRow = readonly [
  kernel: string,
  sizes: readonly number[],
  microseconds: number,
  interquartile: number,
];

/** Sizes that stay when only the number of rows or tokens changes: such shapes stand in one split. */
function structureOf([kernel, sizes]: KernelTimeRow): string {
  return `${kernel} ${sizes.slice(1).join("x")}`;
}

/** Largest spread of a time that counts, as a part of the time: another program ran beside the others. */
const LARGEST_SPREAD = 0.5;

/** Times that are sure enough to be labels. */
export function steadyRows({rows}: KernelTimes): KernelTimeRow[] {
  return rows.filter(([, , microseconds, interquartile]) => interquartile <= LARGEST_SPREAD * microseconds);
}

/** Kernels of ours with their times on the machine that was measured; texts are its shapes, drawn again and again. */
export function kernelTask(times: KernelTimes): CostTask {
  const rows = steadyRows(times);
  return {
    id: "kernel",
    title: "kernel of ours",
    targets: [{name: "microseconds", title: "measured time", unit: "µs"}],
    draw(stream) {
      const row = rows[stream.integer(rows.length)];
      const [kernel, sizes, microseconds] = row;
      const text = kernelText({kernel: kernel as KernelName, sizes});
      return {text, targets: [microseconds], structure: structureOf(row)};
    },
  };
}
