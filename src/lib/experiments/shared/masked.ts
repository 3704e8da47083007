/** The masked diffusion model that comes with the library, and the words that it reads. */

import type {DecoderConfig} from "../../engine/decoder/config.js";
import {decoderOf} from "../../engine/decoder/decoder-weights.js";
import type {Decoder} from "../../engine/decoder/load-decoder.js";
import {wasmBackend} from "../../engine/wasm/wasm-backend.js";
import type {DataSets} from "../../experiment/experiment.js";
import {vocabulary} from "../../tasks/vocabulary.js";
import {DECODERS} from "./decoders.js";

/** Id of the model. */
export const MASKED_MODEL = "diffusion-small";
/** Data sets that an experiment with it and its guide reads. */
export const MASKED_NEEDS = [`weights/${MASKED_MODEL}`, "weights/decoder-small"] as const;

const {plans, ...small} = DECODERS["decoder-small"];
/** Token that stands for one that is not written yet, the last of the vocabulary. */
export const MASK = small.vocabSize;

/** The content of its config.json, which a test holds against the file: the small decoder in Dream's layout. */
export const MASKED_CONFIG: DecoderConfig = {
  ...small,
  architecture: "DreamModel",
  family: "Dream",
  vocabSize: small.vocabSize + 1,
  maxPositions: small.maxPositions + 1,
  masked: {token: MASK, shifted: true},
  plans: plans.map((plan) => ({
    ...plan,
    mixer: {...plan.mixer, causal: false, biases: {q: true, k: true, v: true, o: false}},
  })),
};

/** The model from its data set, with the fast arithmetic. @throws RangeError if the data set is not there. */
export async function openedMasked(data: Pick<DataSets, "get">): Promise<Decoder> {
  const name = `weights/${MASKED_MODEL}`;
  const tensors = data.get(name);
  if (tensors === undefined)
    throw new RangeError(`openedMasked: data must hold ${name}, got none of this name`);
  return decoderOf({config: MASKED_CONFIG, tensors}, {backend: await wasmBackend()});
}

/** Word of a token; a mask is a blank. */
export const wordOf = (id: number): string => (id === MASK ? "▢" : vocabulary[id]);
