/** Numbers that a regression model gives a text, as experiments read them. */

import {wasmBackend} from "../../engine/wasm/wasm-backend.js";
import type {TensorSet} from "../../experiment/experiment.js";
import {centralInterval, type SampleSummary, summarizeSamples} from "../../regress/estimators.js";
import {type RegressionModel, regressionModel} from "../../regress/model/regression-model.js";
import type {Target} from "../../regress/numbers/tokenizer.js";
import type {Tensor} from "../../tensor/tensor.js";
import type {LadderTools} from "./ladder.js";

/** The data sets of every experiment with the regression model. */
export const REGRESS_NEEDS = ["regressor/small", "times/kernels"] as const;

/** The data sets of experiments with boosted trees beside it. */
export const TREES_NEEDS = [...REGRESS_NEEDS, "regressor/trees"] as const;

/** The data sets of the whole ladder. */
export const LADDER_NEEDS = [...TREES_NEEDS, "regressor/convolutions"] as const;

/** Vocabulary and trees of the predictors of the ladder. */
export function ladderTools(
  data: {get(name: (typeof TREES_NEEDS)[number]): TensorSet},
  {vocabulary}: RegressionModel,
): LadderTools {
  return {vocabulary, trees: data.get("regressor/trees")};
}

/** The regression model of some tensors, its products in WebAssembly. */
export async function openRegressor(tensors: ReadonlyMap<string, Tensor>): Promise<RegressionModel> {
  return regressionModel(tensors, await wasmBackend());
}

/** Samples of one number of a text, those that are no number as NaN. */
export function samplesOf(drawn: readonly (readonly Target[])[], target: number): Float64Array {
  return Float64Array.from(drawn, (targets) => targets[target] ?? Number.NaN);
}

/** The samples in a few numbers; null where none is a number. */
export function summaryOf(samples: Float64Array): SampleSummary | null {
  return samples.every(Number.isNaN) ? null : summarizeSamples(samples);
}

/** Tells whether the central interval of a share of the samples holds the truth; false where there is no sample. */
export function isCovered(summary: SampleSummary | null, share: number, truth: number): boolean {
  if (summary === null) return false;
  const [low, high] = centralInterval(summary.sorted, share);
  return low <= truth && truth <= high;
}
