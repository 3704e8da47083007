import type {ConfigReader} from "../config-reader.js";
import type {Family} from "../family.js";
import type {LayerPlan} from "../model-record.js";
import {
  activationOf,
  activeExperts,
  attention,
  expertNetwork,
  layerPlan,
  PLAIN_ROUTER,
  rms,
} from "../parts.js";
import type {LightningMixer} from "../record/mixer.js";
import {ropeOf} from "../rope.js";
import {type Shape, shapeOf, widthOf} from "../shape.js";

/**
 * MiniMax-Text-01 and M1 (arXiv:2501.08313, arXiv:2506.13585), in both spellings: lightning attention, softmax attention
 * in every eighth layer, experts everywhere.
 */
export const minimax: Family = {
  types: ["minimax", "minimax_text_01", "minimax_m1"],
  architectures: ["MiniMaxForCausalLM", "MiniMaxText01ForCausalLM", "MiniMaxM1ForCausalLM"],
  read(c) {
    const shape = shapeOf(c);
    const norm = rms(c, 1e-5);
    const kinds = kindsOf(c, shape.layers);
    const lightning: LightningMixer = {kind: "lightning", heads: shape.heads[0], headDim: shape.headDim};
    const rope = ropeOf(c, {headDim: shape.headDim, theta: 1_000_000, fraction: fractionOf(c, shape)});
    const experts = c.count(["num_local_experts", "num_experts"]);
    c.require("shared_intermediate_size", 0);
    const network = expertNetwork({
      experts,
      active: activeExperts(c, "num_experts_per_tok", experts),
      width: widthOf(c, shape, 0),
      activation: activationOf(c, "silu"),
    });
    const normsAt: LayerPlan["normsAt"] = {mixer: ["stream"], channels: ["stream"]};
    return {
      hidden: shape.hidden,
      finalNorm: norm,
      tied: false,
      layers: kinds.map((isFull, i) =>
        layerPlan(isFull ? attention(shape, i, {rope}) : lightning, network, norm, {normsAt}),
      ),
    };
  },
};

/** MiniMax-M2: softmax attention in every layer, norms of all queries and keys, a number for each expert. */
export const minimaxM2: Family = {
  types: ["minimax_m2"],
  architectures: ["MiniMaxM2ForCausalLM"],
  read(c) {
    const shape = shapeOf(c);
    const norm = rms(c, 1e-6);
    const types = c.indices("attn_type_list");
    if (types.some((type) => type !== 1))
      throw c.problem("unsupported", "attn_type_list", types, "1 in every layer");
    c.require("shared_intermediate_size", 0);
    c.require("qk_norm_type", "per_layer");
    const own = {
      rope: ropeOf(c, {headDim: shape.headDim, theta: 5_000_000, fraction: fractionOf(c, shape)}),
      qkNorm: c.flag("use_qk_norm", true) ? {norm, over: "all" as const} : null,
    };
    const experts = c.count(["num_local_experts", "num_experts"]);
    const score = c.choice("scoring_func", ["sigmoid", "softmax"], "sigmoid");
    const network = expertNetwork({
      experts,
      active: activeExperts(c, "num_experts_per_tok", experts),
      width: widthOf(c, shape, 0),
      activation: activationOf(c, "silu"),
      router: {...PLAIN_ROUTER, score, bias: c.flag("use_routing_bias", true)},
    });
    return {
      hidden: shape.hidden,
      finalNorm: norm,
      tied: false,
      extraPredictionLayers: c.count("num_mtp_modules", 0, 0),
      layers: shape.heads.map((_, i) => layerPlan(attention(shape, i, own), network, norm)),
    };
  },
};

function fractionOf(c: ConfigReader, {headDim}: Shape): number {
  return c.has("rotary_dim") ? c.count("rotary_dim") / headDim : 1;
}

/** Which layers have softmax attention: in the older spelling 1 of a list of 0 and 1. */
function kindsOf(c: ConfigReader, layers: number): readonly boolean[] {
  const named = c.choices("layer_types", ["full_attention", "linear_attention"], layers);
  const numbered = c.indices("attn_type_list");
  if (named !== undefined) return named.map((kind) => kind === "full_attention");
  if (numbered.length === 0) return Array.from({length: layers}, (_, i) => (i + 1) % 2 !== 0);
  if (numbered.length === layers && numbered.every((kind) => kind <= 1))
    return numbered.map((kind) => kind === 1);
  throw c.problem("bad-value", "attn_type_list", numbered, `${layers} of 0 and 1`);
}
