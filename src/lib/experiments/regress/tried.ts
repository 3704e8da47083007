/** Texts of the test split with their true numbers and the samples of the regression model. */

import type {RegressionModel} from "../../regress/model/regression-model.js";
import {sampleTargets} from "../../regress/model/sample.js";
import type {Target} from "../../regress/numbers/tokenizer.js";
import {type CostTask, type LabelledText, labelledText} from "../../tasks/cost-task.js";
import type {CostTaskId} from "./cost-tasks.js";
import type {KnownText} from "./formulas.js";
import type {LadderTask} from "./ladder.js";
import {samplesOf} from "./samples.js";

/** Texts of the training split that predictors of the ladder are fitted to. */
export const FITTED = 800;

/** One number of a task: its texts with their true numbers and samples, and texts to learn from. */
export interface Tried extends LadderTask {
  readonly name: string;
  readonly unit: string;
  readonly texts: readonly string[];
  readonly truth: Float64Array;
  readonly samples: readonly Float64Array[];
}

/** Options of trying a model on a task. */
export interface TryOptions {
  readonly samples: number;
  readonly progress: (share: number, what?: string) => Promise<void>;
}

/** Texts that have a number, with that number. */
export function knownTexts(texts: readonly LabelledText[], target: number): KnownText[] {
  return texts.flatMap(({text, targets}) => {
    const value = targets[target];
    return value === null ? [] : [{text, value}];
  });
}

/** Texts of a task: the first of its test split, and some to learn from. */
export interface TaskTexts {
  readonly test: readonly LabelledText[];
  readonly training: readonly LabelledText[];
}

/** The first texts of the test split of a task and of its training split. */
export function taskTexts(task: CostTask, count: number, training = FITTED): TaskTexts {
  const drawn = (split: "train" | "test", length: number) =>
    Array.from({length}, (_, i) => labelledText(task, split, i));
  return {test: drawn("test", count), training: drawn("train", training)};
}

/** Samples of the model for the texts of the test split, number by number. */
export async function tryTask(
  task: CostTask,
  model: RegressionModel,
  {test, training}: TaskTexts,
  {samples, progress}: TryOptions,
): Promise<Tried[]> {
  const drawn: Target[][][] = [];
  for (const [i, {text}] of test.entries()) {
    drawn.push(sampleTargets(model, text, {targets: task.targets.length, samples, seed: i}));
    await progress((i + 1) / test.length, "text by text");
  }
  return task.targets.map(({name, unit}, target) => {
    const at = test.flatMap(({targets}, i) => (targets[target] === null ? [] : [i]));
    return {
      ...{id: task.id as CostTaskId, target, name, unit},
      texts: at.map((i) => test[i].text),
      truth: Float64Array.from(at, (i) => test[i].targets[target] as number),
      samples: at.map((i) => samplesOf(drawn[i], target)),
      ...{known: knownTexts(training, target), drawn: training.length, seed: 0},
    };
  });
}
