/** The model that keeps states of chunks and its two rivals, as experiments ask for them. */

import type {AttambaConfig} from "../../engine/attamba/attamba-config.js";
import type {AttambaWeights} from "../../engine/attamba/load-attamba.js";
import type {DataSets} from "../../experiment/experiment.js";

/** The id of the model that keeps states of chunks. */
export const ATTAMBA_ID = "attamba-small";

/** Transformers with a cache as large as Attamba's, and with attention that multiplies as often as its paper counts. */
export const RIVALS = ["decoder-iso-kv", "decoder-iso-flop"] as const;

/** The data sets of all three. */
export const MIXER_NEEDS = [ATTAMBA_ID, ...RIVALS].map((id) => `weights/${id}` as const);

/** The content of the model's config.json, which a test holds against the file. */
export const ATTAMBA_CONFIG: AttambaConfig = {
  architecture: "AttambaForCausalLM",
  hiddenSize: 64,
  intermediateSize: 176,
  layers: 4,
  heads: 4,
  headDim: 16,
  vocabSize: 256,
  maxPositions: 128,
  normEps: 1e-5,
  ropeTheta: 10000,
  tied: false,
  tokenChunk: 4,
  leading: 4,
  chunks: "cyclic",
  scan: {inner: 64, heads: 4, state: 16, convWidth: 4},
};

/**
 * The weights of the model that keeps states of chunks.
 * @throws RangeError if the data set is not there.
 */
export function attambaWeights(data: Pick<DataSets, "get">): AttambaWeights {
  const name = `weights/${ATTAMBA_ID}`;
  const tensors = data.get(name);
  if (tensors === undefined)
    throw new RangeError(`attambaWeights: data must hold ${name}, got none of this name`);
  return {config: ATTAMBA_CONFIG, tensors};
}
