import type {ModelFolder} from "../../src/lib/io/model-folder.js";
import {type TensorToWrite, writeSafetensors} from "../../src/lib/io/safetensors-writer.js";
import {draws, randomStream} from "../../src/lib/tensor/random.js";
import {memoryFolder} from "./tiny.js";

/** Configs in the published spelling; sizes differ wherever they can, so that none can stand for another. */
export const TINY_MAMBA = {
  architectures: ["MambaForCausalLM"],
  hidden_size: 10,
  num_hidden_layers: 2,
  state_size: 3,
  conv_kernel: 4,
  expand: 2,
  time_step_rank: 5,
  vocab_size: 17,
  layer_norm_epsilon: 1e-5,
  tie_word_embeddings: false,
};

export const TINY_MAMBA2 = {
  architectures: ["Mamba2ForCausalLM"],
  hidden_size: 12,
  num_hidden_layers: 2,
  state_size: 5,
  conv_kernel: 3,
  expand: 2,
  num_heads: 4,
  head_dim: 6,
  n_groups: 2,
  vocab_size: 19,
  time_step_limit: [0.01, 0.5],
  tie_word_embeddings: false,
};

export type TinyMamba = (typeof TINY_MAMBA | typeof TINY_MAMBA2) & Record<string, unknown>;

/** Random weights for a config, by published name; norms near 1, decays and time steps of a useful size. */
export function tinyMambaTensors(config: TinyMamba = TINY_MAMBA, seed = 1): Map<string, TensorToWrite> {
  const tensors = new Map<string, TensorToWrite>();
  const stream = randomStream(seed, "tiny mamba");
  const put = (name: string, ...shape: number[]) => {
    const count = shape.reduce((a, b) => a * b, 1);
    const near1 = /norm|\.D$/.test(name);
    const draw = () => (near1 ? 1 + 0.1 * stream.normal() : stream.normal() / Math.sqrt(shape.at(-1)!));
    tensors.set(name, {name, shape, data: draws(count, draw)});
  };
  const {hidden_size: n, vocab_size: vocab, state_size: N, expand, conv_kernel: width} = config;
  const inner = n * expand;
  put("backbone.embeddings.weight", vocab, n);
  for (let layer = 0; layer < config.num_hidden_layers; layer++) {
    const prefix = `backbone.layers.${layer}`;
    put(`${prefix}.norm.weight`, n);
    const mixer = (name: string, ...shape: number[]) => put(`${prefix}.mixer.${name}`, ...shape);
    if ("num_heads" in config) {
      const {num_heads: heads, n_groups: groups} = config as typeof TINY_MAMBA2;
      const channels = inner + 2 * groups * N;
      mixer("in_proj.weight", inner + channels + heads, n);
      mixer("conv1d.weight", channels, 1, width);
      mixer("conv1d.bias", channels);
      mixer("dt_bias", heads);
      mixer("A_log", heads);
      mixer("D", heads);
      mixer("norm.weight", inner);
    } else {
      const {time_step_rank: rank} = config as typeof TINY_MAMBA;
      mixer("in_proj.weight", 2 * inner, n);
      mixer("conv1d.weight", inner, 1, width);
      mixer("conv1d.bias", inner);
      mixer("x_proj.weight", rank + 2 * N, inner);
      mixer("dt_proj.weight", inner, rank);
      mixer("dt_proj.bias", inner);
      mixer("A_log", inner, N);
      mixer("D", inner);
    }
    mixer("out_proj.weight", n, inner);
  }
  put("backbone.norm_f.weight", n);
  if (!config.tie_word_embeddings) put("lm_head.weight", vocab, n);
  return tensors;
}

/** The folder of a model with this config and these tensors. */
export function tinyMambaFolder(
  config: TinyMamba = TINY_MAMBA,
  tensors: ReadonlyMap<string, TensorToWrite> = tinyMambaTensors(config),
): ModelFolder {
  return memoryFolder({
    "config.json": JSON.stringify(config),
    "model.safetensors": writeSafetensors(tensors.values()),
  });
}
