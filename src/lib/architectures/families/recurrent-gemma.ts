import type {Family} from "../family.js";
import {activationOf, attention, layerPlan, plainNetwork, rms} from "../parts.js";
import type {RgLruMixer} from "../record/mixer.js";
import type {Norm} from "../record/norm.js";
import {ropeOf} from "../rope.js";
import {shapeOf, widthOf} from "../shape.js";
import {windowIn} from "../windows.js";

const KINDS = ["recurrent", "attention"] as const;

/** RecurrentGemma (arXiv:2404.07839): two layers of gated linear recurrence to one of attention with a window. */
export const recurrentGemma: Family = {
  types: ["recurrent_gemma"],
  architectures: ["RecurrentGemmaForCausalLM"],
  read(c) {
    const shape = shapeOf(c);
    const norm: Norm = {...rms(c, 1e-6), weight: "plus-one"};
    const width = c.count("lru_width", shape.hidden);
    const recurrent: RgLruMixer = {
      kind: "rg-lru",
      width,
      blocks: shape.heads[0],
      convWidth: c.count("conv1d_width", 4),
    };
    if (width % recurrent.blocks !== 0) {
      throw c.problem("bad-value", "lru_width", width, `a multiple of the ${recurrent.blocks} heads`);
    }
    const qkv = c.flag("attention_bias");
    const mixers = {
      recurrent,
      attention: attention(shape, 0, {
        window: windowIn(c, 2048, "attention_window_size"),
        rope: ropeOf(c, {headDim: shape.headDim, fraction: 0.5}),
        biases: {q: qkv, k: qkv, v: qkv, o: true},
      }),
    };
    const kinds = c.choices("block_types", KINDS) ?? (["recurrent", "recurrent", "attention"] as const);
    if (kinds.length === 0) throw c.problem("bad-value", "block_types", kinds, "at least one kind");
    // The file's width counts the gate and the network together.
    const inner = Math.floor(widthOf(c, shape, 0) / 2);
    const network = {...plainNetwork(inner, activationOf(c, "gelu_pytorch_tanh")), gated: true};
    return {
      hidden: shape.hidden,
      finalNorm: norm,
      tied: true,
      embeddingScale: c.flag("embeddings_scale_by_sqrt_dim", true) ? Math.sqrt(shape.hidden) : 1,
      logitSoftcap: c.positive("logits_soft_cap", 30),
      layers: Array.from({length: shape.layers}, (_, i) =>
        layerPlan(mixers[kinds[i % kinds.length]], network, norm),
      ),
    };
  },
};
