import type {ConfigReader} from "../config-reader.js";
import type {Family} from "../family.js";
import type {LayerPlan} from "../model-record.js";
import {
  activationOf,
  activeExperts,
  allBiases,
  attention,
  expertNetwork,
  gatedNetwork,
  layerPlan,
  type RecordParts,
  rms,
} from "../parts.js";
import type {Channels} from "../record/channels.js";
import type {AttentionMixer, Mamba2Mixer, Mixer} from "../record/mixer.js";
import type {Rope} from "../record/rope.js";
import {ropeOf} from "../rope.js";
import {hiddenOf, type Shape, shapeOf, widthOf} from "../shape.js";

/** Granite 3: Llama with four factors (arXiv:2408.13359 gives their reason). */
export const granite: Family = {
  types: ["granite"],
  architectures: ["GraniteForCausalLM"],
  read(c) {
    const shape = shapeOf(c);
    const [activation, bias] = [activationOf(c, "silu"), c.flag("mlp_bias")];
    return record(c, {
      mixers: attentions(c, shape, ropeOf(c, shape)),
      channels: (i) => gatedNetwork(widthOf(c, shape, i), activation, bias),
    });
  },
};

/** Granite with experts, and with shared ones beside them. */
export const graniteMoe: Family = {
  types: ["granitemoe", "granitemoeshared"],
  architectures: ["GraniteMoeForCausalLM", "GraniteMoeSharedForCausalLM"],
  read(c, type) {
    const shape = shapeOf(c);
    const shared = type === "granitemoeshared" ? c.count("shared_intermediate_size", 0, 0) : 0;
    const channels = expertsOf(c, shape, shared);
    return record(c, {mixers: attentions(c, shape, ropeOf(c, shape)), channels: () => channels});
  },
};

/** Kinds of layers in the older spelling and the newer one, which calls every recurrence linear attention. */
const HYBRID_LAYERS = ["mamba", "attention", "linear_attention", "full_attention"] as const;

/** Granite 4: Mamba-2 with a layer of attention now and then, experts beside a shared network or that network alone. */
export const graniteHybrid: Family = {
  types: ["granitemoehybrid"],
  architectures: ["GraniteMoeHybridForCausalLM"],
  read(c) {
    const shape = shapeOf(c);
    const kinds =
      c.choices(["layer_types", "layers_block_type"], HYBRID_LAYERS, shape.layers) ??
      new Array<(typeof HYBRID_LAYERS)[number]>(shape.layers).fill("mamba");
    const isMamba = kinds.map((kind) => kind === "mamba" || kind === "linear_attention");
    const place = c.choice("position_embedding_type", ["rope", "nope"], "nope");
    const attended = attentions(c, shape, place === "rope" ? ropeOf(c, shape) : null);
    // Files of models without a Mamba layer have its keys all the same.
    c.raw("mamba_d_state");
    const mamba = isMamba.includes(true) ? mambaOf(c, shape.hidden) : null;
    const sharedWidth = c.count("shared_intermediate_size", 1024);
    const channels =
      c.count("num_local_experts", 8, 0) === 0
        ? gatedNetwork(sharedWidth, activationOf(c, "silu"))
        : expertsOf(c, shape, sharedWidth);
    return record(c, {
      mixers: isMamba.map((is, i) => (is && mamba !== null ? mamba : attended[i])),
      channels: () => channels,
    });
  },
};

function attentions(c: ConfigReader, shape: Shape, rope: Rope | null): AttentionMixer[] {
  const scale = c.positive("attention_multiplier", 1);
  const biases = allBiases(c.flag("attention_bias"));
  return shape.heads.map((_, i) => attention(shape, i, {rope, scale, biases}));
}

function expertsOf(c: ConfigReader, shape: Shape, sharedWidth: number): Channels {
  const experts = c.count("num_local_experts", 8);
  return expertNetwork({
    experts,
    active: activeExperts(c, "num_experts_per_tok", experts, 2),
    width: widthOf(c, shape, 0),
    activation: activationOf(c, "silu"),
    shared: {width: sharedWidth, gate: false},
  });
}

function mambaOf(c: ConfigReader, hidden: number): Mamba2Mixer {
  const inner = c.count("mamba_expand", 2) * hidden;
  const heads = c.count("mamba_n_heads", 128);
  const headDim =
    c.raw("mamba_d_head") === "auto" || !c.has("mamba_d_head") ? inner / heads : c.count("mamba_d_head");
  if (heads * headDim !== inner || !Number.isInteger(headDim)) {
    throw c.problem("bad-value", "mamba_n_heads", heads, `${inner} inner channels / mamba_d_head ${headDim}`);
  }
  const groups = c.count("mamba_n_groups", 1);
  if (heads % groups !== 0)
    throw c.problem("bad-value", "mamba_n_groups", groups, `a divisor of the ${heads} heads`);
  return {
    kind: "mamba2",
    inner,
    heads,
    headDim,
    state: c.count("mamba_d_state", 256),
    groups,
    normGroups: 1,
    convWidth: c.count("mamba_d_conv", 4),
    chunk: c.count("mamba_chunk_size", 256),
    timeStepLimit: [0, Number.POSITIVE_INFINITY],
    biases: {projections: c.flag("mamba_proj_bias"), conv: c.flag("mamba_conv_bias", true)},
  };
}

interface GraniteParts {
  readonly mixers: readonly Mixer[];
  readonly channels: (layer: number) => Channels;
}

function record(c: ConfigReader, {mixers, channels}: GraniteParts): RecordParts {
  const norm = rms(c, 1e-6);
  const own: Partial<LayerPlan> = {residualScale: c.positive("residual_multiplier", 1)};
  return {
    hidden: hiddenOf(c),
    finalNorm: norm,
    tied: false,
    embeddingScale: c.positive("embedding_multiplier", 1),
    logitScale: 1 / c.positive("logits_scaling", 1),
    layers: mixers.map((mixer, i) => layerPlan(mixer, channels(i), norm, own)),
  };
}
