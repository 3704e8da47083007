/** Names of tensors of the Llama family: those in GGUF, and those in published checkpoints. */

/** Published names of the parts of a layer, by their names in GGUF. */
const LAYER_PARTS: Readonly<Record<string, string>> = {
  attn_norm: "input_layernorm",
  attn_q: "self_attn.q_proj",
  attn_k: "self_attn.k_proj",
  attn_v: "self_attn.v_proj",
  attn_output: "self_attn.o_proj",
  attn_q_norm: "self_attn.q_norm",
  attn_k_norm: "self_attn.k_norm",
  ffn_norm: "post_attention_layernorm",
  ffn_gate: "mlp.gate_proj",
  ffn_up: "mlp.up_proj",
  ffn_down: "mlp.down_proj",
};

/** Published names of what is no part of a layer. */
const WHOLE: Readonly<Record<string, string>> = {
  "token_embd.weight": "model.embed_tokens.weight",
  "output_norm.weight": "model.norm.weight",
  "output.weight": "lm_head.weight",
};

/** Divisors of the rotary frequencies: the config holds them. */
export const ROPE_FACTORS = "rope_freqs.weight";

/** The published name of a tensor of a GGUF file; what has none keeps its own. */
export function publishedName(name: string): string {
  const [, layer, part, ending] = /^blk\.(\d{1,5})\.(\w+)\.(weight|bias)$/.exec(name) ?? [];
  const known = part !== undefined && Object.hasOwn(LAYER_PARTS, part) ? LAYER_PARTS[part] : undefined;
  if (known !== undefined) return `model.layers.${layer}.${known}.${ending}`;
  return Object.hasOwn(WHOLE, name) ? WHOLE[name] : name;
}

/** The name in GGUF of a published tensor, or undefined where it has none. */
export function ggufName(published: string): string | undefined {
  // Llama checkpoints without their first word are in use, and read by the engine.
  const name = /^(layers|embed_tokens|norm)\./.test(published) ? `model.${published}` : published;
  const [, layer, part, ending] = /^model\.layers\.(\d{1,5})\.(.+)\.(weight|bias)$/.exec(name) ?? [];
  if (part === undefined) return keyOf(WHOLE, name);
  const own = keyOf(LAYER_PARTS, part);
  return own && `blk.${layer}.${own}.${ending}`;
}

const keyOf = (names: Readonly<Record<string, string>>, value: string): string | undefined =>
  Object.keys(names).find((key) => names[key] === value);
