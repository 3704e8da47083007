import type {Explanation} from "../../../lib/accel/explain.js";
import {type Model, parameterCount} from "../../../lib/accel/model.js";
import {
  tokenButlerOverhead,
  tokenButlerParameters,
} from "../../../lib/attention/token-butler/token-butler-cost.js";
import {captioned} from "../../kit/text/captioned.js";
import {formulaLines} from "../../kit/text/formula-lines.js";
import {numberText} from "../../kit/text/number-text.js";

/** The sizes of the published predictors: D' = 32, I = 1024, and R an eighth of the width. (arXiv:2503.07518, table 1) */
const [importanceDim, hiddenDim] = [32, 1024];

/**
 * Costs of a predictor of the published size beside a model: parameters, and values cached for each token.
 * @throws RangeError unless the model has layers of grouped attention only.
 */
export function predictorCost(model: Model): readonly Explanation[] {
  const layers = model.groups.reduce((sum, {count}) => sum + count, 0);
  const mixer = model.groups[0]?.mixer;
  if (model.groups.length !== 1 || mixer?.kind !== "gqa") {
    throw new RangeError(
      `predictorCost: model must have one kind of layer with grouped attention, got ${model.id}`,
    );
  }
  const [E, H, R, D, I, N] = [model.hidden, mixer.heads, model.hidden / 8, importanceDim, hiddenDim, layers];
  const P = tokenButlerParameters({
    width: E,
    heads: H,
    layers: N,
    importanceDim: D,
    hiddenDim: I,
    reducedDim: R,
  });
  const M = parameterCount(model).total;
  const [K, d] = [mixer.kvHeads, mixer.headDim];
  return [
    {
      symbol: "parameters of the predictor",
      formula:
        "3 * reduced * width + 5 * reduced * reduced + 4 * reduced + 3 * width + 2 * (width * hidden + hidden * layers * heads * importance)",
      values: {width: E, reduced: R, hidden: I, layers: N, heads: H, importance: D},
      result: P,
      unit: "parameters",
    },
    {
      symbol: "share of all parameters",
      formula: "100 * predictor / (predictor + model)",
      values: {predictor: P, model: M},
      result: 100 * tokenButlerOverhead(P, M),
      unit: "%",
    },
    {
      symbol: "importance keys of a token",
      formula: "layers * heads * importance",
      values: {layers: N, heads: H, importance: D},
      result: N * H * D,
      unit: "values",
    },
    {
      symbol: "keys and values of a token",
      formula: "2 * layers * KV_heads * head_size",
      values: {layers: N, KV_heads: K, head_size: d},
      result: 2 * N * K * d,
      unit: "values",
    },
  ];
}

/** The lines, and what they mean. */
export function predictorCostView(model: Model): HTMLElement {
  const lines = predictorCost(model);
  const [, share, importance, kv] = lines.map(({result}) => result);
  return captioned(
    `What would a predictor cost ${model.title}?`,
    `Modelled from the sizes alone. ${numberText(share, 3)} % of the parameters are the predictor's; but its importance keys are ${numberText((100 * importance) / kv, 3)} % of the size of the cache that they choose from, value for value.`,
    formulaLines(lines),
  );
}
