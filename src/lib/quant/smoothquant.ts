/** SmoothQuant on a decoder: outliers of the two normed inputs of every layer move into the weights that read them. */

import type {InputStatistics} from "../engine/calibration/input-statistics.js";
import {type DecoderWeights, inputGroups} from "../engine/decoder/decoder-weights.js";
import {smoothQuant} from "../engine/equivalent/smoothquant.js";
import {quantizationMethod} from "./method.js";
import {roundEach} from "./rtn.js";

/**
 * Scales moved from the inputs that a norm makes into the layers that read them. (arXiv 2211.10438, section 4)
 * @throws RangeError if a part of a layer has no norm at its input, whose gain could take up the scales.
 */
export function smoothedDecoder(
  weights: DecoderWeights,
  statistics: InputStatistics,
  alpha: number,
): DecoderWeights {
  const tensors = new Map(weights.tensors);
  for (const group of inputGroups(weights).filter(({site}) => site.endsWith(".input"))) {
    const [gainName, biasName] = group.makers;
    if (gainName === undefined)
      throw new RangeError(
        `smoothedDecoder: every input must come from a norm with a gain, got none for ${group.site} of layer ${group.layer}`,
      );
    const readers = group.readers.map((name) => tensors.get(name)!);
    const givenBias = biasName === undefined ? undefined : tensors.get(biasName);
    const {
      gain,
      bias,
      weights: scaled,
    } = smoothQuant(
      {gain: tensors.get(gainName)!, ...(givenBias && {bias: givenBias}), weights: readers},
      statistics(group).maxAbs,
      alpha,
    );
    tensors.set(gainName, gain);
    if (biasName !== undefined && bias) tensors.set(biasName, bias);
    group.readers.forEach((name, i) => {
      tensors.set(name, scaled[i]);
    });
  }
  return {config: weights.config, tensors};
}

/** SmoothQuant: scales move outliers from activations into weights, channel by channel. */
export const smoothquantMethod = quantizationMethod({
  id: "smoothquant",
  label: "SmoothQuant",
  source: "arXiv:2211.10438, equation 4",
  family: "rounding",
  params: {
    alpha: {
      kind: "number",
      label: "Share that moves into the weights",
      help: "0.5 splits the difficulty evenly.",
      min: 0,
      max: 1,
      step: 0.05,
      default: 0.5,
    },
  },
  needs: ["calibration"],
  steps: ({alpha}) => ({
    transform: async (weights, statistics) => smoothedDecoder(weights, await statistics(), alpha),
    round: roundEach,
  }),
});
