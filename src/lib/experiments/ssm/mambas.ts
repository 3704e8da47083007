/** The state-space models that come with the library, as experiments ask for them: a choice, and what their tensors mean. */

import type {Mamba1Config, Mamba2Config, MambaConfig} from "../../engine/mamba/mamba-config.js";
import type {MambaWeights} from "../../engine/mamba/mamba-weights.js";
import type {DataSets} from "../../experiment/experiment.js";

const common = {
  hiddenSize: 64,
  innerSize: 128,
  layers: 4,
  convWidth: 4,
  vocabSize: 256,
  normEps: 1e-5,
  tied: false,
  biases: {projections: false, conv: true},
};

const mamba1: Mamba1Config = {
  architecture: "MambaForCausalLM",
  ...common,
  stateSize: 16,
  timeStepRank: 4,
};

const mamba2: Mamba2Config = {
  architecture: "Mamba2ForCausalLM",
  ...common,
  stateSize: 64,
  heads: 8,
  headDim: 16,
  groups: 2,
  normGroups: 1,
  timeStepLimit: [0, Number.POSITIVE_INFINITY],
};

/**
 * Facts about each model that a data set of tensors lacks: the content of each model's config.json, which a test holds
 * against the file. A model of one's own is opened from its folder instead (`openModel`).
 */
export const MAMBAS = {
  "mamba1-small": mamba1,
  "mamba2-small": mamba2,
  "mamba2-small-outliers": mamba2,
} as const satisfies Readonly<Record<string, MambaConfig>>;

/** The id of a state-space model that comes with the library. */
export type MambaId = keyof typeof MAMBAS;

/** Ids of all state-space models that come with the library. */
export const MAMBA_IDS = Object.keys(MAMBAS) as readonly MambaId[];

/** The data set that one setting of an experiment with a `model` reads. */
export const needsOfMamba = ({model}: {model: MambaId}) => [`weights/${model}`] as const;

/** The choice of a state-space model, in the words all experiments of this family share. */
export const mambaParam = {
  kind: "choice",
  label: "Model",
  help: "Mamba keeps 16 numbers of state for a channel, Mamba2 64. The third computes what the second does, with large values in a few channels of the gated output.",
  options: MAMBA_IDS,
  default: "mamba2-small",
} as const;

/**
 * A state-space model's weights from its data set.
 * @throws RangeError if the data set is not there.
 */
export function mambaWeights(id: MambaId, data: Pick<DataSets, "get">): MambaWeights {
  const name = `weights/${id}`;
  const tensors = data.get(name);
  if (tensors === undefined) {
    throw new RangeError(`mambaWeights: data must hold ${name}, got none of this name`);
  }
  return {config: MAMBAS[id], tensors};
}
