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
  readonly texts: number;
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

/** Samples of the model for the first texts of the test split, number by number. */
export async function tryTask(
  task: CostTask,
  model: RegressionModel,
  {texts: count, samples, progress}: TryOptions,
): Promise<Tried[]> {
  const texts = Array.from({length: count}, (_, i) => labelledText(task, "test", i));
  const drawn: Target[][][] = [];
  for (const [i, {text}] of texts.entries()) {
    drawn.push(sampleTargets(model, text, {targets: task.targets.length, samples, seed: i}));
    await progress((i + 1) / count, "text by text");
  }
  const training = Array.from({length: FITTED}, (_, i) => labelledText(task, "train", i));
  return task.targets.map(({name, unit}, target) => {
    const at = texts.flatMap(({targets}, i) => (targets[target] === null ? [] : [i]));
    return {
      ...{id: task.id as CostTaskId, target, name, unit},
      texts: at.map((i) => texts[i].text),
      truth: Float64Array.from(at, (i) => texts[i].targets[target] as number),
      samples: at.map((i) => samplesOf(drawn[i], target)),
      ...{known: knownTexts(training, target), drawn: FITTED, seed: 0},
    };
  });
}
