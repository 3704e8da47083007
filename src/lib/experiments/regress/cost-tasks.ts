import {graphTask} from "../../accel/graphs/graph-task.js";
import {graphTargets} from "../../accel/graphs/graph-text.js";
import {rooflineTargets, rooflineTask} from "../../accel/roofline-text.js";
import {kernelText, readKernelShape} from "../../regress/kernels/kernel-shapes.js";
import {type KernelTime, kernelTask, kernelTimes} from "../../regress/kernels/kernel-task.js";
import type {Target} from "../../regress/numbers/tokenizer.js";
import {runProgram} from "../../regress/programs/interpret.js";
import {failureText} from "../../regress/programs/print.js";
import {programTask} from "../../regress/programs/program-task.js";
import {readProgram} from "../../regress/programs/read.js";
import type {CostTask} from "../../tasks/cost-task.js";
import type {Tensor} from "../../tensor/tensor.js";

/** Ids of the tasks of a text and the numbers it costs. */
export const COST_TASKS = ["roofline", "program", "graph", "kernel"] as const;
/** The id of a cost task. */
export type CostTaskId = (typeof COST_TASKS)[number];

/** The choice of a cost task. */
export const costTaskParam = {
  kind: "choice",
  label: "Kind of text",
  help: "A config.json with machine, formats and work; a small program; a graph of operators; a kernel of ours.",
  options: COST_TASKS,
  default: "roofline",
} as const;

/** Tells whether a task's numbers come from a model of cost, not from running or measuring. */
export const isModelled = (id: CostTaskId): boolean => id === "roofline" || id === "graph";

/** A task whose texts can be typed too. */
export interface TypedTask {
  readonly task: CostTask;
  /**
   * True numbers of a text.
   * @throws RangeError, SyntaxError or FormatError saying why a text is none of the task.
   */
  readonly truth: (text: string) => Truth;
}

/** True numbers of a text, and the reason where there are none. */
export interface Truth {
  readonly targets: readonly Target[];
  readonly note: string | null;
}

function programTruth(text: string): Truth {
  const run = runProgram(readProgram(text));
  const failure = failureText(run);
  return {
    targets: [run.operations, run.peakBytes, run.printed],
    note: failure === null ? null : `the program fails at ${failure}`,
  };
}

/** The measured time of a shape that was measured. */
function kernelTruth(times: readonly KernelTime[], text: string): Truth {
  const wanted = kernelText(readKernelShape(text));
  const found = times.find(({shape}) => kernelText(shape) === wanted);
  if (found === undefined) return {targets: [], note: "only a measurement could tell"};
  return {targets: [found.microseconds], note: null};
}

/** Numbers that a model of cost gives a text; nulls where it refuses the work. */
function modelledTruth(targets: readonly Target[]): Truth {
  return {targets, note: targets.includes(null) ? "the model of cost refuses it" : null};
}

/**
 * The task of an id.
 * @param measured tensors of the kernels' times
 */
export function typedTask(id: CostTaskId, measured: ReadonlyMap<string, Tensor>): TypedTask {
  if (id === "roofline") return {task: rooflineTask, truth: (text) => modelledTruth(rooflineTargets(text))};
  if (id === "program") return {task: programTask, truth: programTruth};
  if (id === "graph") return {task: graphTask, truth: (text) => modelledTruth(graphTargets(text))};
  const times = kernelTimes(measured);
  return {task: kernelTask(times), truth: (text) => kernelTruth(times, text)};
}
