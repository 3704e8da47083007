import type {LayerPlan, ModelRecord} from "../../architectures/model-record.js";
import {modelRecord} from "../../architectures/read-model.js";
import type {Mamba2Mixer, MambaMixer} from "../../architectures/record/mixer.js";
import {FormatError} from "../../io/format-error.js";
import type {JsonObject} from "../../io/json-file.js";

/** Sizes that Mamba and Mamba2 models have in common. */
interface CommonConfig {
  readonly hiddenSize: number;
  /** Channels inside a mixer. */
  readonly innerSize: number;
  readonly layers: number;
  /** Numbers of state for each inner channel. */
  readonly stateSize: number;
  /** Tokens that the convolution sees. */
  readonly convWidth: number;
  readonly vocabSize: number;
  readonly normEps: number;
  /** The output head is the embedding matrix. */
  readonly tied: boolean;
  /** Layers that have a bias by the config; a bias that the file has besides is used too. */
  readonly biases: {readonly projections: boolean; readonly conv: boolean};
}

/** The shape of a Mamba model. */
export interface Mamba1Config extends CommonConfig {
  readonly architecture: "MambaForCausalLM";
  /** Width from which the time steps of all channels are projected. */
  readonly timeStepRank: number;
}

/** The shape of a Mamba2 model. */
export interface Mamba2Config extends CommonConfig {
  readonly architecture: "Mamba2ForCausalLM";
  readonly heads: number;
  /** Inner channels of a head. */
  readonly headDim: number;
  /** Runs of heads that share B and C. */
  readonly groups: number;
  /** Runs of inner channels that the gated norm takes one by one: 1, or as many as `groups`. */
  readonly normGroups: number;
  /** Bounds of a time step after softplus. */
  readonly timeStepLimit: readonly [low: number, high: number];
}

/** The shape and the rules of a state-space language model. */
export type MambaConfig = Mamba1Config | Mamba2Config;

/**
 * Reads a published config.json of Mamba or Mamba2.
 * @throws FormatError as {@link modelRecord} and {@link mambaConfigOf}.
 */
export function mambaConfig(config: JsonObject): MambaConfig {
  return mambaConfigOf(modelRecord(config, "mambaConfig"));
}

/** True if the layers of a model are those of Mamba or Mamba2 alone. */
export function isMamba({layers}: ModelRecord): boolean {
  return layers.every(({mixer, channels}) => isScan(mixer) && channels === null);
}

const isScan = (mixer: LayerPlan["mixer"]): mixer is MambaMixer | Mamba2Mixer =>
  mixer.kind === "mamba" || mixer.kind === "mamba2";

/**
 * The rules of a state-space model from the record of its model.
 * @throws FormatError with kind `unsupported` if its layers differ, or one has parts that the engine does not run.
 */
export function mambaConfigOf(record: ModelRecord): MambaConfig {
  const [{mixer, norm}] = record.layers;
  const differs = record.layers.findIndex(
    (layer) => JSON.stringify(layer) !== JSON.stringify(record.layers[0]),
  );
  if (!isScan(mixer) || !isMamba(record))
    throw unsupported("layers", mixer.kind, "layers of Mamba or Mamba2 alone");
  if (differs >= 0) throw unsupported(`layer ${differs}`, "other sizes", "as layer 0");
  if (mixer.kind === "mamba" && mixer.innerNorm !== null)
    throw unsupported("layers", "norms of time steps, B and C", "without norms in the mixer");
  const common: CommonConfig = {
    hiddenSize: record.hidden,
    innerSize: mixer.inner,
    layers: record.layers.length,
    stateSize: mixer.state,
    convWidth: mixer.convWidth,
    vocabSize: record.vocabulary.rows,
    normEps: norm.eps,
    tied: record.tied,
    biases: mixer.biases,
  };
  if (mixer.kind === "mamba")
    return {architecture: "MambaForCausalLM", ...common, timeStepRank: mixer.dtRank};
  const {heads, headDim, groups, normGroups, timeStepLimit} = mixer;
  return {architecture: "Mamba2ForCausalLM", ...common, heads, headDim, groups, normGroups, timeStepLimit};
}

function unsupported(field: string, value: string, allowed: string): FormatError {
  return new FormatError("mambaConfig", {
    kind: "unsupported",
    offset: null,
    field: `config.json: ${field}`,
    value,
    allowed,
  });
}
