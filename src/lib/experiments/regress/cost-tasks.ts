import {graphTask} from "../../accel/graphs/graph-task.js";
import {rooflineTask} from "../../accel/roofline-text.js";
import {type KernelTimes, kernelTask} from "../../regress/kernels/kernel-task.js";
import {programTask} from "../../regress/programs/program-task.js";
import type {CostTask} from "../../tasks/cost-task.js";

/** Every task of a text and the numbers it costs. */
export function costTasks(kernelTimes: KernelTimes): readonly CostTask[] {
  return [rooflineTask, programTask, graphTask, kernelTask(kernelTimes)];
}
