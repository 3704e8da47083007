/** Operations of one more token, counted from a model's shapes: modelled, nothing is run. */

import type {DecoderConfig} from "./decoder/config.js";
import {linearParts} from "./decoder/layer-parts.js";
import {convChannels} from "./mamba/mamba-cache.js";
import type {MambaConfig} from "./mamba/mamba-config.js";
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
