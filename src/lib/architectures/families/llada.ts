import type {ConfigReader} from "../config-reader.js";
import type {Family} from "../family.js";
import {activationOf, attention, gatedNetwork, layerPlan, qkvBiases, rms} from "../parts.js";
import {ropeOf} from "../rope.js";
import {shapeOf} from "../shape.js";

/** LLaDA (arXiv:2502.09992): Llama without the causal mask, by the names of OLMo's first code; masks are filled in. */
export const llada: Family = {
  types: ["llada"],
  architectures: ["LLaDAModelLM"],
  read(c) {
    requirePublishedSwitches(c);
    const shape = shapeOf(c);
    const norm = rms(c, 1e-5);
    const own = {causal: false, biases: qkvBiases(c.flag("include_qkv_bias")), rope: ropeOf(c, shape)};
    const activation = activationOf(c, "silu", "activation_type");
    const ratio = c.count("mlp_ratio", 4);
    const tokens = c.count("vocab_size");
    return {
      hidden: shape.hidden,
      vocabulary: {rows: c.count("embedding_size", tokens), tokens},
      maxPositions: c.count("max_sequence_length", 1024),
      finalNorm: norm,
      tied: c.flag("weight_tying", true),
      masked: {token: c.count("mask_token_id", undefined, 0), shifted: false},
      layers: shape.heads.map((_, i) =>
        layerPlan(
          attention(shape, i, own),
          gatedNetwork(shape.width[i] ?? ratio * shape.hidden, activation),
          norm,
        ),
      ),
    };
  },
};

/** The switches of the layout for other networks, each with what a file means that leaves it out. */
const SWITCHES = {
  block_type: {published: "llama", silence: "sequential"},
  layer_norm_type: {published: "rms", silence: "default"},
  rope: {published: true, silence: false},
  layer_norm_with_affine: {published: true, silence: true},
  bias_for_layer_norm: {published: false, silence: false},
  include_bias: {published: false, silence: false},
  alibi: {published: false, silence: false},
  attention_layer_norm: {published: false, silence: false},
  input_emb_norm: {published: false, silence: false},
  scale_logits: {published: false, silence: false},
  multi_query_attention: {published: false, silence: false},
  block_group_size: {published: 1, silence: 1},
} as const;

/** @throws FormatError if the file sets a switch as no published model does. */
function requirePublishedSwitches(c: ConfigReader): void {
  // Of a penalty for distance that no model has.
  c.raw("alibi_bias_max");
  for (const [key, {published, silence}] of Object.entries(SWITCHES)) {
    const value = c.raw(key) ?? silence;
    if (value !== published) throw c.problem("unsupported", key, value, String(published));
  }
}
