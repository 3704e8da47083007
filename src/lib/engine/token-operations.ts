/** Operations of one more token, counted from a model's shapes: modelled, nothing is run. */

import {type ChunkRule, isVisible} from "./attamba/attamba-cache.js";
import {type AttambaConfig, ownEnds, scanChannels} from "./attamba/attamba-config.js";
import type {DecoderConfig} from "./decoder/config.js";
import {linearParts} from "./decoder/layer-parts.js";
import {convChannels} from "./mamba/mamba-cache.js";
import type {MambaConfig} from "./mamba/mamba-config.js";
import type {MatMulFreeConfig} from "./matmul-free/matmul-free-config.js";
import {selectiveScanCost, ssdCost} from "./scan/scan-cost.js";

/**
 * Operations of a decoder for the token that follows `context` others: two for each weight of a projection and of the
 * head that it passes, and four for each cached channel that a query head reads, its own token's among them. Norms, gates, rotation
 * and softmax are left out.
 */
export function decoderTokenOperations(config: DecoderConfig, context: number): number {
  const {hiddenSize, embeddingWidth, vocabSize, plans} = config;
  const around = embeddingWidth === hiddenSize ? 0 : 2 * hiddenSize * embeddingWidth;
  return plans.reduce(
    (sum, plan) => {
      const weights = linearParts(config, plan).reduce(
        (all, {out, inputs, share}) => all + share * out * inputs,
        0,
      );
      const {heads, headDim, window} = plan.mixer;
      const read = Math.min(context + 1, window ?? Number.POSITIVE_INFINITY);
      return sum + 2 * weights + 4 * heads * headDim * read;
    },
    2 * (vocabSize * embeddingWidth + around),
  );
}

/**
 * Operations of a state-space model for one token, after any number of others: two for each weight of a projection, of
 * the convolution and of the head, and those of the scan. Norms, gates and nonlinear functions are left out.
 */
export function mambaTokenOperations(config: MambaConfig): number {
  const {layers, hiddenSize, innerSize, convWidth, vocabSize} = config;
  const weights = mixerWeights(config) + convWidth * convChannels(config) + hiddenSize * innerSize;
  return layers * (2 * weights + scanOperations(config)) + 2 * vocabSize * hiddenSize;
}

/**
 * Operations of a model that keeps states of chunks for the token that follows `context` others: two for each weight of a
 * projection, of the convolutions and of the head, those of the scans, and four for each channel of a key that the token may
 * see. Norms, gates, rotation and softmax are left out.
 */
export function attambaTokenOperations(
  config: AttambaConfig,
  context: number,
  {ends = ownEnds(config), leading = config.leading}: Partial<ChunkRule> = {},
): number {
  const {layers, hiddenSize: d, intermediateSize, heads, headDim, vocabSize, scan} = config;
  const {inner, state, heads: scanHeads, convWidth} = scan;
  const channels = scanChannels(scan);
  const scanWeights = d * (inner + channels + scanHeads) + convWidth * channels + d * inner;
  const weights = 2 * d * heads * headDim + 3 * d * intermediateSize + 2 * scanWeights;
  const sizes = {tokens: 1, heads: scanHeads, headDim: inner / scanHeads, stateSize: state};
  let read = 0;
  for (let layer = 0; layer < layers; layer++) {
    for (let key = 0; key <= context; key++) {
      if (isVisible({ends, leading}, layer, context, key)) read += 1;
    }
  }
  const perLayer = 2 * weights + 2 * ssdCost(sizes).operations;
  return layers * perLayer + 4 * heads * headDim * read + 2 * vocabSize * d;
}

/**
 * Operations of a model without products of matrices for one token, after any number of others: an addition for each weight that is
 * not zero, two for each number of the recurrence. Norms, gates, nonlinear functions and factors are left out.
 * @param share of the ternary weights that are not zero; a model whose matrices are not ternary takes two for each weight
 */
export function matMulFreeTokenOperations(config: MatMulFreeConfig, share: number): number {
  const {layers, hiddenSize: d, innerSize: inner, intermediateSize, vocabSize, ternary} = config;
  const weights = layers * (4 * d * inner + 3 * d * intermediateSize) + vocabSize * d;
  return weights * (ternary ? share : 2) + 2 * layers * inner;
}

/** Weights of the projections into the scan. */
function mixerWeights(config: MambaConfig): number {
  const {hiddenSize, innerSize, stateSize} = config;
  if (config.architecture === "Mamba2ForCausalLM") {
    return hiddenSize * (innerSize + convChannels(config) + config.heads);
  }
  const {timeStepRank} = config;
  return innerSize * (2 * hiddenSize + (timeStepRank + 2 * stateSize) + timeStepRank);
}

function scanOperations(config: MambaConfig): number {
  const {innerSize: channels, stateSize} = config;
  return config.architecture === "Mamba2ForCausalLM"
    ? ssdCost({tokens: 1, heads: config.heads, headDim: config.headDim, stateSize}).operations
    : selectiveScanCost({tokens: 1, channels, stateSize}).operations;
}
