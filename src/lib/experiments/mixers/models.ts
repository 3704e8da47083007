/** The models of mixers between attention and state and their rivals, as experiments ask for them. */

import type {AttambaConfig} from "../../engine/attamba/attamba-config.js";
import type {AttambaWeights} from "../../engine/attamba/load-attamba.js";
import type {MatMulFreeWeights} from "../../engine/matmul-free/load-matmul-free.js";
import type {MatMulFreeConfig} from "../../engine/matmul-free/matmul-free-config.js";
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

/** Models without products of matrices: with ternary matrices, and the same with plain ones. */
export const MATMUL_FREE_IDS = ["matmul-free-small", "matmul-free-small-float"] as const;

/** The id of one of them. */
export type MatMulFreeId = (typeof MATMUL_FREE_IDS)[number];

/** True for the id of one of them. */
export const isMatMulFreeId = (id: string): id is MatMulFreeId => MATMUL_FREE_IDS.some((own) => own === id);

/** The transformer of as many weights that was trained on the same documents. */
export const MATMUL_FREE_RIVAL = "decoder-iso-flop";

/** The data sets of these three. */
export const MATMUL_FREE_NEEDS = [...MATMUL_FREE_IDS, MATMUL_FREE_RIVAL].map(
  (id) => `weights/${id}` as const,
);

/** The content of the config.json of the ternary model, which a test holds against the file. */
export const MATMUL_FREE_CONFIG: MatMulFreeConfig = {
  architecture: "HGRNBitForCausalLM",
  hiddenSize: 64,
  innerSize: 64,
  intermediateSize: 256,
  layers: 4,
  vocabSize: 256,
  maxPositions: 128,
  normEps: 1e-6,
  ternary: true,
  bounded: true,
  tied: false,
};

/**
 * The weights of a model without products of matrices.
 * @throws RangeError if the data set is not there.
 */
export function matMulFreeWeights(id: MatMulFreeId, data: Pick<DataSets, "get">): MatMulFreeWeights {
  const name = `weights/${id}`;
  const tensors = data.get(name);
  if (tensors === undefined)
    throw new RangeError(`matMulFreeWeights: data must hold ${name}, got none of this name`);
  return {config: {...MATMUL_FREE_CONFIG, ternary: id === "matmul-free-small"}, tensors};
}
