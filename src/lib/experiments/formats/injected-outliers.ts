/** Outlier channels that leave a model's function as it is: a norm's gain up, the weights that read it down. */

import {type DecoderWeights, inputGroups} from "../../engine/decoder/decoder-weights.js";
import {divideRows, scaleColumns} from "../../engine/equivalent/channel-scale.js";
import {pickColumns} from "./sources.js";

/**
 * The decoder with `count` channels of every normed input `factor` times as large, the same channels in all layers as in
 * large models. With a power of two all products are what they were, to the last bit.
 * @param integer draws one of 0 … n - 1
 */
export function withOutlierChannels(
  weights: DecoderWeights,
  {count, factor}: {readonly count: number; readonly factor: number},
  integer: (n: number) => number,
): DecoderWeights {
  const {hiddenSize} = weights.config;
  const chosen = pickColumns(count, hiddenSize, integer);
  const divisors = Float32Array.from({length: hiddenSize}, (_, j) => (chosen.has(j) ? 1 / factor : 1));
  const tensors = new Map(weights.tensors);
  for (const {makers, readers} of inputGroups(weights).filter(({site}) => site.endsWith(".input"))) {
    for (const name of makers) tensors.set(name, divideRows(tensors.get(name)!, divisors));
    for (const name of readers) tensors.set(name, scaleColumns(tensors.get(name)!, divisors));
  }
  return {config: weights.config, tensors};
}
