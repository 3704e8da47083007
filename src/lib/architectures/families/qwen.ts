import type {ConfigReader} from "../config-reader.js";
import type {Family} from "../family.js";
import {
  activationOf,
  activeExperts,
  allBiases,
  attention,
  expertNetwork,
  gatedNetwork,
  layerPlan,
  PLAIN_ROUTER,
  qkvBiases,
  type RecordParts,
  rms,
} from "../parts.js";
import type {Channels} from "../record/channels.js";
import type {AttentionMixer} from "../record/mixer.js";
import type {Norm} from "../record/norm.js";
import {ropeOf} from "../rope.js";
import {type Shape, shapeOf, widthOf} from "../shape.js";
import {switchedWindows} from "../windows.js";

const denseIn = (c: ConfigReader, shape: Shape) => {
  const activation = activationOf(c, "silu");
  return (layer: number): Channels => gatedNetwork(widthOf(c, shape, layer), activation);
};

/** Qwen2 and Qwen2.5 (arXiv:2407.10671, arXiv:2412.15115): biases of queries, keys and values. */
export const qwen2: Family = {
  types: ["qwen2"],
  architectures: ["Qwen2ForCausalLM"],
  vocabulary: 151_936,
  read(c) {
    const shape = shapeOf(c, {hidden: 4096, layers: 32, heads: 32, width: 22_016});
    return qwen(c, shape, {biases: qkvBiases(true)}, {firstWindow: 28, channels: denseIn(c, shape)});
  },
};

/** Qwen2-MoE (Qwen1.5-MoE, arXiv:2407.10671 section 2.2.2): a gated shared expert, and layers without experts by steps. */
export const qwen2Moe: Family = {
  types: ["qwen2_moe"],
  architectures: ["Qwen2MoeForCausalLM"],
  read(c) {
    const shape = shapeOf(c);
    const own = {biases: qkvBiases(c.flag("qkv_bias", true))};
    const shared = {width: c.count("shared_expert_intermediate_size", 5632), gate: true};
    return qwen(c, shape, own, {
      firstWindow: 28,
      channels: steppedExperts(c, shape, {shared, experts: 60, active: 4}),
    });
  },
};

/** Qwen3 (arXiv:2505.09388): RMS norms of every query and key head instead of biases. */
export const qwen3: Family = {
  types: ["qwen3"],
  architectures: ["Qwen3ForCausalLM"],
  vocabulary: 151_936,
  read(c) {
    const shape = shapeOf(c, {hidden: 4096, layers: 32, heads: 32, kvHeads: 32, headDim: 128, width: 22_016});
    return qwen(c, shape, qwen3Attention(c), {firstWindow: 28, channels: denseIn(c, shape)});
  },
};

/** Qwen3-MoE (arXiv:2505.09388): experts without a shared one. */
export const qwen3Moe: Family = {
  types: ["qwen3_moe"],
  architectures: ["Qwen3MoeForCausalLM"],
  read(c) {
    const shape = shapeOf(c);
    const channels = steppedExperts(c, shape, {shared: {width: 0, gate: false}, experts: 128, active: 8});
    return qwen(c, shape, qwen3Attention(c), {firstWindow: 28, channels});
  },
};

const qwen3Attention = (c: ConfigReader): Partial<AttentionMixer> => ({
  biases: allBiases(c.flag("attention_bias")),
  qkNorm: {norm: rms(c, 1e-6), over: "head"},
});

/** Networks by layer: experts every so many layers, unless the file lists the layer among those without. */
export function steppedExperts(
  c: ConfigReader,
  shape: Shape,
  rule: {
    readonly shared: {readonly width: number; readonly gate: boolean};
    readonly experts: number;
    readonly active: number;
  },
): (layer: number) => Channels {
  const step = c.count("decoder_sparse_step", 1);
  const dense = new Set(c.indices("mlp_only_layers"));
  const count = c.count(["num_experts", "num_local_experts"], rule.experts, 0);
  const plain = denseIn(c, shape);
  if (count === 0) return plain;
  const normalized = c.flag("norm_topk_prob");
  const experts = expertNetwork({
    experts: count,
    active: activeExperts(c, "num_experts_per_tok", count, rule.active),
    width: c.count("moe_intermediate_size"),
    activation: activationOf(c, "silu"),
    shared: rule.shared,
    router: {...PLAIN_ROUTER, normalized},
  });
  return (layer) => (dense.has(layer) || (layer + 1) % step !== 0 ? plain(layer) : experts);
}

interface QwenRules {
  /** First layer that may look through a window. */
  readonly firstWindow: number;
  readonly channels: (layer: number) => Channels;
}

function qwen(c: ConfigReader, shape: Shape, own: Partial<AttentionMixer>, rules: QwenRules): RecordParts {
  const norm: Norm = rms(c, 1e-6);
  const rope = ropeOf(c, shape);
  return {
    hidden: shape.hidden,
    finalNorm: norm,
    tied: false,
    layers: switchedWindows(c, shape.layers, rules.firstWindow).map((window, i) =>
      layerPlan(attention(shape, i, {rope, window, ...own}), rules.channels(i), norm),
    ),
  };
}
