import type {ConfigReader} from "../config-reader.js";
import type {Family} from "../family.js";
import {
  activationOf,
  activeExperts,
  expertNetwork,
  gatedNetwork,
  layerPlan,
  PLAIN_ROUTER,
  rms,
} from "../parts.js";
import type {Channels, Router} from "../record/channels.js";
import type {LatentMixer} from "../record/mixer.js";
import {ropeOf, yarnSoftmaxFactor} from "../rope.js";
import {hiddenOf, KEYS, layersOf} from "../shape.js";

/**
 * DeepSeek-V2 and V3 (arXiv:2405.04434, arXiv:2412.19437), and Kimi K2, which has the layers of V3: latent attention, a
 * few dense layers before those with experts.
 */
export const deepseek: Family = {
  types: ["deepseek_v2", "deepseek_v3", "kimi_k2"],
  architectures: ["DeepseekV2ForCausalLM", "DeepseekV3ForCausalLM"],
  read(c, type) {
    const norm = rms(c, 1e-6);
    const mixer = latentOf(c);
    const channels = channelsOf(c, type !== "deepseek_v2");
    return {
      hidden: hiddenOf(c),
      finalNorm: norm,
      tied: false,
      extraPredictionLayers: c.count("num_nextn_predict_layers", 0, 0),
      layers: Array.from({length: layersOf(c)}, (_, i) => layerPlan(mixer, channels(i), norm)),
    };
  },
};

/** Latent attention under its usual keys. */
export function latentOf(c: ConfigReader): LatentMixer {
  const [nopeDim, ropeDim] = [c.count("qk_nope_head_dim"), c.count("qk_rope_head_dim")];
  const heads = c.size(KEYS.heads);
  // Its keys and values come from one latent: the number of key heads says nothing, and files give all kinds of it.
  c.raw(KEYS.kvHeads);
  c.raw("head_dim");
  c.raw("qk_head_dim");
  return {
    kind: "latent",
    heads,
    qRank: c.has("q_lora_rank") ? c.count("q_lora_rank") : null,
    kvRank: c.count("kv_lora_rank"),
    ropeDim,
    nopeDim,
    valueDim: c.count("v_head_dim"),
    rope: ropeOf(c, {headDim: ropeDim, pairs: c.flag("rope_interleave", true) ? "neighbours" : "halves"}),
    scale: (nopeDim + ropeDim) ** -0.5 * yarnSoftmaxFactor(c),
    bias: c.flag("attention_bias"),
  };
}

function channelsOf(c: ConfigReader, isThird: boolean): (layer: number) => Channels {
  const activation = activationOf(c, "silu");
  const dense = () => gatedNetwork(c.count(KEYS.width), activation);
  if (!c.has("n_routed_experts")) return dense;
  const experts = c.count("n_routed_experts");
  const first = c.count("first_k_dense_replace", 0, 0);
  const step = c.count("moe_layer_freq", 1);
  const width = c.count("moe_intermediate_size");
  const network = expertNetwork({
    experts,
    active: activeExperts(c, "num_experts_per_tok", experts),
    width,
    activation,
    shared: {width: width * c.count("n_shared_experts", 0, 0), gate: false},
    router: routerOf(c, isThird),
  });
  return (layer) => (layer >= first && layer % step === 0 ? network : dense());
}

function routerOf(c: ConfigReader, isThird: boolean): Router {
  const method = c.choice(
    "topk_method",
    ["greedy", "group_limited_greedy", "noaux_tc"],
    isThird ? "noaux_tc" : "greedy",
  );
  const all = c.count("n_group", 1);
  return {
    ...PLAIN_ROUTER,
    score: c.choice("scoring_func", ["softmax", "sigmoid"], isThird ? "sigmoid" : "softmax"),
    normalized: c.flag("norm_topk_prob", isThird),
    scale: c.positive("routed_scaling_factor", isThird ? 2.5 : 1),
    bias: method === "noaux_tc",
    groups: method === "greedy" ? {all: 1, active: 1} : {all, active: c.count("topk_group", all)},
  };
}
