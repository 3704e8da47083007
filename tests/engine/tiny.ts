import type {LoadOptions} from "../../src/lib/engine/decoder/load-decoder.js";
import {openDecoder} from "../../src/lib/engine/open-decoder.js";
import {bytesSource} from "../../src/lib/io/byte-source.js";
import type {ModelFolder} from "../../src/lib/io/model-folder.js";
import {type TensorToWrite, writeSafetensors} from "../../src/lib/io/safetensors-writer.js";
import {draws, randomStream} from "../../src/lib/tensor/random.js";

/** A config in the published spelling; every size differs from every other, so that none can stand for another. */
export const TINY_CONFIG = {
  architectures: ["LlamaForCausalLM"],
  hidden_size: 20,
  intermediate_size: 28,
  num_hidden_layers: 2,
  num_attention_heads: 6,
  num_key_value_heads: 3,
  head_dim: 4,
  vocab_size: 23,
  max_position_embeddings: 64,
  rms_norm_eps: 1e-5,
  rope_theta: 1000,
  tie_word_embeddings: false,
};

export type TinyConfig = Omit<typeof TINY_CONFIG, "head_dim"> & Record<string, unknown>;

/** Random weights for a config, by published name; norms near 1. */
export function tinyTensors(config: TinyConfig = TINY_CONFIG, seed = 1): Map<string, TensorToWrite> {
  const tensors = new Map<string, TensorToWrite>();
  const stream = randomStream(seed, "tiny model");
  const put = (name: string, ...shape: number[]) => {
    const count = shape.reduce((a, b) => a * b, 1);
    const norm = name.includes("norm");
    const draw = () => (norm ? 1 + 0.1 * stream.normal() : stream.normal() / Math.sqrt(shape.at(-1)!));
    tensors.set(name, {name, shape, data: draws(count, draw)});
  };
  const {hidden_size: n, intermediate_size: m, vocab_size: vocab} = config;
  const headDim = (config.head_dim as number | undefined) ?? n / config.num_attention_heads;
  const [q, kv] = [config.num_attention_heads * headDim, config.num_key_value_heads * headDim];
  put("model.embed_tokens.weight", vocab, n);
  for (let layer = 0; layer < config.num_hidden_layers; layer++) {
    const prefix = `model.layers.${layer}`;
    put(`${prefix}.input_layernorm.weight`, n);
    put(`${prefix}.post_attention_layernorm.weight`, n);
    put(`${prefix}.self_attn.q_proj.weight`, q, n);
    put(`${prefix}.self_attn.k_proj.weight`, kv, n);
    put(`${prefix}.self_attn.v_proj.weight`, kv, n);
    put(`${prefix}.self_attn.o_proj.weight`, n, q);
    put(`${prefix}.mlp.gate_proj.weight`, m, n);
    put(`${prefix}.mlp.up_proj.weight`, m, n);
    put(`${prefix}.mlp.down_proj.weight`, n, m);
  }
  put("model.norm.weight", n);
  if (!config.tie_word_embeddings) put("lm_head.weight", vocab, n);
  return tensors;
}

/** A folder in memory: text and bytes by file name. */
export function memoryFolder(files: Readonly<Record<string, string | Uint8Array>>): ModelFolder {
  return {
    async open(name) {
      const file = Object.hasOwn(files, name) ? files[name] : undefined;
      if (file === undefined) return undefined;
      return bytesSource(typeof file === "string" ? new TextEncoder().encode(file) : file);
    },
  };
}

/** The folder of a model with this config and these tensors. */
export function tinyFolder(
  config: TinyConfig = TINY_CONFIG,
  tensors: ReadonlyMap<string, TensorToWrite> = tinyTensors(config),
): ModelFolder {
  return memoryFolder({
    "config.json": JSON.stringify(config),
    "model.safetensors": writeSafetensors(tensors.values()),
  });
}

/** A small random decoder. */
export function tinyDecoder(config: TinyConfig = TINY_CONFIG, options: LoadOptions = {}) {
  return openDecoder(tinyFolder(config), options);
}
