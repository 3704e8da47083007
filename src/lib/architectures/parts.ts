import type {ConfigReader, Key} from "./config-reader.js";
import type {LayerPlan, ModelRecord} from "./model-record.js";
import type {Activation, Channels, DenseChannels, ExpertChannels, Router} from "./record/channels.js";
import type {AttentionMixer, Mixer} from "./record/mixer.js";
import type {Norm} from "./record/norm.js";
import type {Shape} from "./shape.js";

/** RMS norm whose eps stands under `key`. */
export const rms = (c: ConfigReader, eps: number, key: Key = "rms_norm_eps"): Norm => ({
  kind: "rms",
  eps: c.positive(key, eps),
  weight: "plain",
  bias: false,
});

/** Layer norm with a bias whose eps stands under `key`. */
export const layerNorm = (c: ConfigReader, eps: number, key: Key): Norm => ({
  kind: "layer",
  eps: c.positive(key, eps),
  weight: "plain",
  bias: true,
});

/** Names of activations in files. */
const ACTIVATIONS = {
  silu: "silu",
  swish: "silu",
  gelu: "gelu",
  gelu_new: "gelu-tanh",
  gelu_fast: "gelu-tanh",
  gelu_pytorch_tanh: "gelu-tanh",
  gelu_python: "gelu",
  relu: "relu",
} as const satisfies Record<string, Activation>;

/** The activation that the file names. @throws FormatError if it is not known. */
export function activationOf(
  c: ConfigReader,
  byDefault: keyof typeof ACTIVATIONS,
  key: Key = ["hidden_act", "hidden_activation", "activation_function"],
): Activation {
  const names = Object.keys(ACTIVATIONS) as (keyof typeof ACTIVATIONS)[];
  return ACTIVATIONS[c.choice(key, names, byDefault)];
}

/** The same bias, or none, in all four projections of attention. */
export const allBiases = (bias: boolean): AttentionMixer["biases"] => ({q: bias, k: bias, v: bias, o: bias});
/** Biases of queries, keys and values. */
export const qkvBiases = (bias: boolean): AttentionMixer["biases"] => ({q: bias, k: bias, v: bias, o: false});

/** Attention of one layer with what it has in most families; `own` says what differs. */
export function attention(shape: Shape, layer: number, own: Partial<AttentionMixer>): AttentionMixer {
  return {
    kind: "attention",
    heads: shape.heads[layer],
    kvHeads: shape.kvHeads[layer],
    headDim: shape.headDim,
    window: null,
    causal: true,
    rope: null,
    scale: shape.headDim ** -0.5,
    softcap: null,
    biases: allBiases(false),
    qkNorm: null,
    clip: null,
    alibi: false,
    sinks: false,
    gated: false,
    sharesKvOf: null,
    ...own,
  };
}

/** A gated network without biases. */
export const gatedNetwork = (width: number, activation: Activation, bias = false): DenseChannels => ({
  kind: "dense",
  width,
  gated: true,
  activation,
  biases: {up: bias, down: bias},
});

/** Two matrices with biases. */
export const plainNetwork = (width: number, activation: Activation, bias = true): DenseChannels => ({
  kind: "dense",
  width,
  gated: false,
  activation,
  biases: {up: bias, down: bias},
});

/** Router of most families: the weights of the chosen experts are their shares of a softmax. */
export const PLAIN_ROUTER: Router = {
  score: "softmax",
  normalized: true,
  scale: 1,
  bias: false,
  groups: {all: 1, active: 1},
  early: false,
  residual: false,
  norm: null,
};

/** Experts without biases and without shared ones, the chosen ones' weights normalized; `own` says what differs. */
export function expertNetwork(
  own: Pick<ExpertChannels, "experts" | "active" | "width"> & Partial<ExpertChannels>,
): ExpertChannels {
  return {
    kind: "experts",
    activation: "silu",
    gated: true,
    biases: {up: false, down: false},
    router: PLAIN_ROUTER,
    idle: null,
    shared: {width: 0, gate: false},
    ...own,
  };
}

/** Experts for a token. @throws FormatError if they are more than there are. */
export function activeExperts(c: ConfigReader, key: Key, experts: number, byDefault?: number): number {
  const active = c.count(key, byDefault);
  if (active <= experts) return active;
  throw c.problem("bad-value", key, active, `at most ${experts}`);
}

/** A layer with norms at the inputs of both parts; `own` says what differs. */
export function layerPlan(
  mixer: Mixer,
  channels: Channels | null,
  norm: Norm,
  own: Partial<LayerPlan> = {},
): LayerPlan {
  return {
    mixer,
    channels,
    norm,
    normsAt: {mixer: ["input"], channels: channels === null ? [] : ["input"]},
    parallel: false,
    residualScale: 1,
    ...own,
  };
}

/** Properties of a family's record that differ from most, beside its sizes. */
export type RecordParts = Pick<ModelRecord, "hidden" | "layers" | "finalNorm"> & {
  /** The head is the embedding where the file does not say. */
  readonly tied: boolean;
} & Partial<Omit<ModelRecord, "architecture" | "ignored" | "tied">>;
