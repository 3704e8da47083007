/** The predictors that come with the library, as experiments ask for them. */

import {tokenButlerPredictor} from "../../attention/token-butler/token-butler-predictor.js";
import type {TokenButlerPredictor} from "../../attention/token-butler/token-butler-weights.js";
import type {DataSets} from "../../experiment/experiment.js";
import {DECODERS} from "./decoders.js";

/** The decoders with a predictor that experiments offer. */
export const PREDICTED_DECODERS = ["decoder-small", "decoder-large"] as const;

/** The decoder that was trained to recall names after a phrase, the task of a claim of TokenButler's. */
export const COREFERENCE_DECODER = "decoder-coreference";

/** The id of a decoder with a predictor. */
export type PredictedDecoder = (typeof PREDICTED_DECODERS)[number] | typeof COREFERENCE_DECODER;

/** The data sets of a decoder and its predictor. */
export const needsOfPredicted = <M extends PredictedDecoder>({model}: {readonly model: M}) =>
  [`weights/${model}`, `predictor/${model}`] as const;

/**
 * TokenButler's predictor for a decoder, from its data set.
 * @throws RangeError if the data set is not there.
 */
export function predictorOf(id: PredictedDecoder, data: Pick<DataSets, "get">): TokenButlerPredictor {
  const tensors = data.get(`predictor/${id}`);
  if (tensors === undefined) {
    throw new RangeError(`predictorOf: data must hold predictor/${id}, got none of this name`);
  }
  return tokenButlerPredictor(tensors, DECODERS[id]);
}
