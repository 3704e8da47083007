/** The decoders that come with the library, as experiments ask for them: a choice, data sets, and what their tensors mean. */

import type {DecoderConfig} from "../../engine/decoder/config.js";
import type {DecoderWeights} from "../../engine/decoder/decoder-weights.js";
import {type LlamaSizes, llamaConfig} from "../../engine/decoder/llama-config.js";
import type {DataSets} from "../../experiment/experiment.js";

const small: LlamaSizes = {
  hiddenSize: 64,
  intermediateSize: 176,
  layers: 4,
  heads: 4,
  kvHeads: 2,
  headDim: 16,
  vocabSize: 256,
  maxPositions: 128,
  normEps: 1e-5,
  ropeTheta: 10000,
};

const large: LlamaSizes = {
  ...small,
  hiddenSize: 128,
  intermediateSize: 344,
  layers: 8,
  heads: 8,
  kvHeads: 4,
  maxPositions: 256,
};

const arithmeticSmall: LlamaSizes = {
  ...small,
  intermediateSize: 112,
  layers: 3,
  vocabSize: 96,
  maxPositions: 160,
};

const arithmeticLarge: LlamaSizes = {...large, layers: 6, vocabSize: 96, maxPositions: 160};

/**
 * Configurations that a data set of tensors does not hold: the content of each model's config.json, which a test holds
 * against the file. A model of one's own is opened from its folder instead (`openDecoderWeights`).
 */
export const DECODERS = {
  "decoder-small": llamaConfig(small),
  "decoder-small-outliers": llamaConfig(small),
  "decoder-large": llamaConfig(large),
  "decoder-coreference": llamaConfig(small),
  "decoder-iso-kv": llamaConfig({...small, intermediateSize: 352, kvHeads: 4, headDim: 4}),
  "decoder-iso-flop": llamaConfig({...small, intermediateSize: 320, kvHeads: 4, headDim: 10}),
  "arithmetic-small": llamaConfig(arithmeticSmall),
  "arithmetic-small-split": llamaConfig({...arithmeticSmall, maxPositions: 256}),
  "arithmetic-large": llamaConfig(arithmeticLarge),
} as const satisfies Readonly<Record<string, DecoderConfig>>;

/** The id of a decoder that comes with the library. */
export type DecoderId = keyof typeof DECODERS;

/** Ids of the decoders that experiments offer: the one that was trained for co-reference serves a single claim. */
export const DECODER_IDS = [
  "decoder-small",
  "decoder-small-outliers",
  "decoder-large",
] as const satisfies readonly DecoderId[];

/** The id of a decoder that experiments offer. */
export type OfferedDecoder = (typeof DECODER_IDS)[number];

/** The two that are small enough for tables of many settings. */
export const SMALL_DECODERS = ["decoder-small", "decoder-small-outliers"] as const;

/** The data set that holds each decoder's weights. */
export const DECODER_NEEDS = DECODER_IDS.map((id) => `weights/${id}` as const);

/** The data set that one setting of an experiment with a `model` reads. */
export const needsOfModel = ({model}: {model: OfferedDecoder}) => [`weights/${model}`] as const;

/** The choice of a decoder, in the words all experiments of this family share. */
export const modelParam = {
  kind: "choice",
  label: "Model",
  help: "Both small ones compute the same function; the second has large values in a few channels. The large one has seven times the weights.",
  options: DECODER_IDS,
  default: "decoder-small",
} as const;

/**
 * A decoder's weights from its data set.
 * @throws RangeError if the data set is not there.
 */
export function decoderWeights(id: DecoderId, data: Pick<DataSets, "get">): DecoderWeights {
  const name = `weights/${id}`;
  const tensors = data.get(name);
  if (tensors === undefined) {
    throw new RangeError(`decoderWeights: data must hold ${name}, got none of this name`);
  }
  return {config: DECODERS[id], tensors};
}
