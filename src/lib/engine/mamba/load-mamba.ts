import type {Checkpoint} from "../../io/checkpoint.js";
import type {TensorInfo} from "../../io/safetensors.js";
import {type Backend, type Linear, referenceBackend} from "../backend.js";
import {DEFAULT_MAX_BYTES, type LoadOptions} from "../decoder/load-decoder.js";
import {checkFits, planReader, type TensorPlan, tensorPlanner, unusedNames} from "../tensor-plan.js";
import type {MambaConfig} from "./mamba-config.js";
import type {Mixer, MixerParts} from "./mamba-mixer.js";
import {mamba1Mixer, mamba1Shapes} from "./mamba1-mixer.js";
import {mamba2Mixer, mamba2Shapes} from "./mamba2-mixer.js";

/** A state-space language model, ready to run. */
export interface Mamba {
  readonly config: MambaConfig;
  readonly backend: Backend;
  /** [vocab, hidden] */
  readonly embedding: Float32Array;
  readonly layers: readonly MambaLayer[];
  /** Weight of the last norm. */
  readonly norm: Float32Array;
  readonly head: Linear;
  /** Names of tensors in the file that no part of the model takes. */
  readonly unused: readonly string[];
}

/** One layer: a norm and a mixer. */
export interface MambaLayer {
  readonly norm: Float32Array;
  readonly mixer: Mixer;
}

const EMBEDDING = "backbone.embeddings.weight";
const HEAD = "lm_head";

/**
 * Loads a Mamba or Mamba2 model from a checkpoint with the published names. All shapes are checked before the first
 * tensor is read. A bias is used where the file has one and required where the config names it.
 * @throws FormatError with kind `missing-tensor` or `bad-shape` naming the tensor, or `does-not-fit`.
 */
export async function loadMamba(
  checkpoint: Checkpoint,
  config: MambaConfig,
  options: LoadOptions = {},
): Promise<Mamba> {
  const {backend = referenceBackend, maxBytes = DEFAULT_MAX_BYTES} = options;
  const plan = planMamba(checkpoint.tensors, config);
  checkFits("loadMamba", plan.values(), maxBytes);
  const read = planReader(checkpoint, plan, options.transform);
  const makeLinear = options.linear ?? ((_, weight, bias) => backend.linear(weight, bias));
  const optional = async (name: string) => (plan.has(name) ? (await read(name)).data : undefined);
  const linear = async (name: string): Promise<Linear> =>
    makeLinear(name, await read(`${name}.weight`), (await optional(`${name}.bias`)) ?? null);
  const embedding = await read(EMBEDDING);
  const layers: MambaLayer[] = [];
  for (let layer = 0; layer < config.layers; layer++) {
    const prefix = layerPrefix(layer);
    const norm = (await read(`${prefix}.norm.weight`)).data;
    const parts: MixerParts = {
      backend,
      tensor: (name) => read(`${prefix}.mixer.${name}`),
      optional: (name) => optional(`${prefix}.mixer.${name}`),
      linear: (name) => linear(`${prefix}.mixer.${name}`),
    };
    layers.push({norm, mixer: await makeMixer(config, parts)});
  }
  return {
    config,
    backend,
    embedding: embedding.data,
    layers,
    norm: (await read("backbone.norm_f.weight")).data,
    head: plan.has(`${HEAD}.weight`) ? await linear(HEAD) : makeLinear(HEAD, embedding, null),
    unused: unusedNames(checkpoint.tensors, plan),
  };
}

function makeMixer(config: MambaConfig, parts: MixerParts): Promise<Mixer> {
  return config.architecture === "MambaForCausalLM" ? mamba1Mixer(config, parts) : mamba2Mixer(config, parts);
}

/**
 * Finds every tensor that `config` needs.
 * @throws FormatError with kind `missing-tensor` or `bad-shape`.
 */
export function planMamba(tensors: ReadonlyMap<string, TensorInfo>, config: MambaConfig): TensorPlan {
  const {plan, want} = tensorPlanner("loadMamba", tensors);
  const {vocabSize, hiddenSize, tied} = config;
  const hasHead = tensors.has(`${HEAD}.weight`);
  // A tied matrix may be stored under the name of the head alone.
  const onlyHead = tied && hasHead && !tensors.has(EMBEDDING);
  want(EMBEDDING, [vocabSize, hiddenSize], {name: onlyHead ? `${HEAD}.weight` : EMBEDDING});
  // A head in the file wins over the flag that ties it.
  if (!tied || (hasHead && !onlyHead)) want(`${HEAD}.weight`, [vocabSize, hiddenSize]);
  want("backbone.norm_f.weight", [hiddenSize]);
  const shapes = config.architecture === "MambaForCausalLM" ? mamba1Shapes(config) : mamba2Shapes(config);
  for (let layer = 0; layer < config.layers; layer++) {
    const prefix = layerPrefix(layer);
    want(`${prefix}.norm.weight`, [hiddenSize]);
    for (const [name, shape] of Object.entries(shapes)) {
      want(`${prefix}.mixer.${name}`, shape);
      const bias = `${prefix}.mixer.${name.replace(/weight$/, "bias")}`;
      if (BIASED.has(name) && tensors.has(bias)) want(bias, shape.slice(0, 1));
    }
  }
  return plan;
}

/** Weights beside which a bias may stand although the config does not say so. */
const BIASED: ReadonlySet<string> = new Set(["in_proj.weight", "out_proj.weight", "conv1d.weight"]);

function layerPrefix(layer: number): string {
  return `backbone.layers.${layer}`;
}
