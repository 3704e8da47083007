import {writeSafetensors} from "../../src/lib/io/safetensors-writer.js";
import {draws, randomStream} from "../../src/lib/tensor/random.js";

/** A model of one layer whose tokens are the bytes of digits and spaces. */
export function smallLlama(): Record<string, Uint8Array> {
  const stream = randomStream(15, "small llama");
  const tensor = (name: string, shape: readonly number[]) => {
    const count = shape.reduce((a, b) => a * b);
    return {name, dtype: "F32" as const, shape, data: draws(count, () => 0.3 * stream.normal())};
  };
  const layer = (name: string, shape: readonly number[]) => tensor(`model.layers.0.${name}.weight`, shape);
  const weights = [
    tensor("model.embed_tokens.weight", [16, 32]),
    tensor("model.norm.weight", [32]),
    ...["q", "k", "v", "o"].map((part) => layer(`self_attn.${part}_proj`, [32, 32])),
    ...["gate", "up", "down"].map((part) => layer(`mlp.${part}_proj`, [32, 32])),
    layer("input_layernorm", [32]),
    layer("post_attention_layernorm", [32]),
  ];
  const config = {
    model_type: "llama",
    vocab_size: 16,
    hidden_size: 32,
    intermediate_size: 32,
    num_hidden_layers: 1,
    num_attention_heads: 2,
    max_position_embeddings: 32,
    tie_word_embeddings: true,
  };
  const vocab = Object.fromEntries([..."0123456789Ġ"].map((token, id) => [token, id]));
  const byteLevel = {type: "ByteLevel", add_prefix_space: false, trim_offsets: false, use_regex: true};
  const tokenizer = {
    version: "1.0",
    added_tokens: [],
    normalizer: null,
    pre_tokenizer: byteLevel,
    post_processor: null,
    decoder: byteLevel,
    model: {type: "BPE", vocab, merges: []},
  };
  const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
  return {
    "model.safetensors": writeSafetensors(weights),
    "config.json": json(config),
    "tokenizer.json": json(tokenizer),
  };
}
