/** Measures the tensors of a model on disk, on several Node threads, and tells the rows of each as soon as they are there. */
import {availableParallelism} from "node:os";
import {type ImportanceMatrix, importanceOf} from "../../lib/checkpoint/importance/importance.js";
import {inputFirstNames} from "../../lib/checkpoint/input-first.js";
import {openTensors} from "../../lib/checkpoint/open-tensors.js";
import {SAMPLE_ELEMENTS} from "../../lib/checkpoint/sample.js";
import type {StoredTensor} from "../../lib/checkpoint/stored-tensor.js";
import {isMeasurable, nothingToMeasure} from "../../lib/experiments/formats/own-file.js";
import {unusedIn} from "../../lib/experiments/formats/unused-in.js";
import {openModelPath} from "../../lib/io/node-file.js";
import {measureTensor, type TensorRow} from "../../lib/quant/measure-tensor.js";
import {elementCount} from "../../lib/tensor/tensor.js";
import type {Work} from "../files/file-job.js";
import {importanceOfFile} from "./importance-file.js";
import {type MeasureTask, onThreads, type ThreadData, type ThreadTask} from "./measure-threads.js";

/** What is to be measured. */
export interface MeasureOptions {
  readonly path: string;
  readonly formats: readonly string[];
  /** A file that tells importance, or null. */
  readonly importance: string | null;
  /** Names of tensors that were measured before. */
  readonly known: readonly string[];
}

/** The rows of one tensor. */
export interface MeasuredPart {
  readonly tensor: string;
  readonly rows: readonly TensorRow[];
}

/** What is known when all tensors are measured. */
export interface MeasureResult {
  /** Names of all measured tensors, also of those before, in the order of the file. */
  readonly order: readonly string[];
  readonly leftOut: readonly {readonly tensor: string; readonly dtype: string}[];
  readonly unused: readonly {readonly tensor: string}[];
  /** The importance that errors were weighed by, in words, or null. */
  readonly importance: string | null;
}

/** @throws FormatError for a file that is none of tensors; RangeError for one without floating-point numbers. */
export const measureWork: Work<MeasureOptions, MeasureResult> = async (
  {path, formats, importance: file, known},
  tell,
) => {
  const folder = await openModelPath(path);
  try {
    const {tensors} = await openTensors(folder);
    const all = [...tensors.values()];
    const chosen = all.filter(isMeasurable);
    if (chosen.length === 0) throw nothingToMeasure(all.length, "quantize");
    const found = await importanceOfFile(file, folder, (share, what) => tell.progress(0.1 * share, what));
    const tasks = tasksOf(all, new Set(known), chosen, found?.importance ?? null);
    const steps = tasks.length * formats.length;
    let step = 0;
    await measureAll({path, formats}, tasks, tensors, async (task, measure) => {
      tell.progress(step / steps, task.tensor);
      const rows = await measure(task, ({format}) => {
        step += 1;
        tell.progress(step / steps, `${task.tensor} in ${format}`);
      });
      await tell.part({tensor: task.tensor, rows} satisfies MeasuredPart);
    });
    return {
      order: chosen.map(({name}) => name),
      leftOut: all.filter((tensor) => !isMeasurable(tensor)).map(({name, dtype}) => ({tensor: name, dtype})),
      importance: found?.about ?? null,
      unused: (await unusedIn(folder, "quantize")).map((tensor) => ({tensor})),
    };
  } finally {
    await folder.close();
  }
};

function tasksOf(
  all: readonly StoredTensor[],
  known: ReadonlySet<string>,
  chosen: readonly StoredTensor[],
  importance: ImportanceMatrix | null,
): ThreadTask[] {
  const inputFirst = inputFirstNames(all);
  return chosen
    .filter(({name}) => !known.has(name))
    .map((tensor) => {
      const isInputFirst = inputFirst.has(tensor.name);
      const weights = importanceOf(importance, tensor, isInputFirst);
      return {tensor: tensor.name, reader: "quantize", isInputFirst, importance: weights};
    });
}

/** Elements, counted once for each format, that are sooner measured than a thread has begun. */
const WORTH_A_THREAD = 2 ** 26;
/** Each thread holds a tensor, 64 MB of float32 and what is read for it. */
const MOST_THREADS = 4;

/** On as many threads as the machine has for it, or here where there is little to do. */
async function measureAll(
  data: ThreadData,
  tasks: readonly ThreadTask[],
  tensors: ReadonlyMap<string, StoredTensor>,
  work: (task: ThreadTask, measure: MeasureTask) => Promise<void>,
): Promise<void> {
  const elements = tasks.reduce((sum, {tensor}) => sum + measuredElements(tensors.get(tensor)!), 0);
  const worth = Math.floor((elements * data.formats.length) / WORTH_A_THREAD);
  const threads = Math.min(availableParallelism(), MOST_THREADS, tasks.length, worth);
  if (threads > 1) return onThreads(data, threads, tasks, work);
  for (const task of tasks) await work(task, measureHere(data.formats, tensors));
}

const measuredElements = ({shape}: StoredTensor) => Math.min(SAMPLE_ELEMENTS, elementCount(shape));

function measureHere(formats: readonly string[], tensors: ReadonlyMap<string, StoredTensor>): MeasureTask {
  return async ({tensor, ...options}, tell) => {
    const rows: TensorRow[] = [];
    for await (const row of measureTensor(tensors.get(tensor)!, formats, options)) {
      rows.push(row);
      tell(row);
    }
    return rows;
  };
}
