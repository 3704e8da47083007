import {graphTask} from "../../accel/graphs/graph-task.js";
import {graphTargets} from "../../accel/graphs/graph-text.js";
import {rooflineTargets, rooflineTask} from "../../accel/roofline-text.js";
import {kernelText, readKernelShape} from "../../regress/kernels/kernel-shapes.js";
import {type KernelTime, kernelTask, kernelTimes} from "../../regress/kernels/kernel-task.js";
import type {Target} from "../../regress/numbers/tokenizer.js";
import {runProgram} from "../../regress/programs/interpret.js";
import {programTask} from "../../regress/programs/program-task.js";
import {readProgram} from "../../regress/programs/read.js";
import type {CostTask} from "../../tasks/cost-task.js";
import type {Tensor} from "../../tensor/tensor.js";

/** Ids of the tasks of a text and the numbers it costs. */
export const COST_TASKS = ["roofline", "program", "graph", "kernel"] as const;
/** The id of a cost task. */
export type CostTaskId = (typeof COST_TASKS)[number];

/** Tells whether a task's numbers come from a model of cost, not from running or measuring. */
export const isModelled = (id: CostTaskId): boolean => id === "roofline" || id === "graph";

/** A task whose texts can be typed too. */
export interface TypedTask {
  readonly task: CostTask;
  /**
   * True numbers of a text; undefined where only a measurement could tell.
   * @throws RangeError, SyntaxError or FormatError saying why a text is none of the task.
   */
  readonly truth: (text: string) => readonly Target[] | undefined;
}

function programTruth(text: string): readonly Target[] {
  const {operations, peakBytes, printed} = runProgram(readProgram(text));
  return [operations, peakBytes, printed];
}

/** The measured time of a shape that was measured. */
function kernelTruth(times: readonly KernelTime[], text: string): readonly Target[] | undefined {
  const wanted = kernelText(readKernelShape(text));
  const found = times.find(({shape}) => kernelText(shape) === wanted);
  return found && [found.microseconds];
}

/**
 * The task of an id.
 * @param measured tensors of the kernels' times
 */
export function typedTask(id: CostTaskId, measured: ReadonlyMap<string, Tensor>): TypedTask {
  if (id === "roofline") return {task: rooflineTask, truth: rooflineTargets};
  if (id === "program") return {task: programTask, truth: programTruth};
  if (id === "graph") return {task: graphTask, truth: graphTargets};
  const times = kernelTimes(measured);
  return {task: kernelTask(times), truth: (text) => kernelTruth(times, text)};
}
