import type {Family} from "../family.js";
import {activationOf, attention, gatedNetwork, layerNorm, layerPlan, qkvBiases} from "../parts.js";
import {ropeOf} from "../rope.js";
import {shapeOf, widthOf} from "../shape.js";

/** Stable LM 2 (arXiv:2402.17834): a quarter of each head rotated, layer norms, a gated network. */
export const stablelm: Family = {
  types: ["stablelm"],
  architectures: ["StableLmForCausalLM"],
  read(c) {
    const shape = shapeOf(c);
    const norm = layerNorm(c, 1e-5, "layer_norm_eps");
    const own = {
      rope: ropeOf(c, {headDim: shape.headDim, fraction: 0.25}),
      biases: qkvBiases(c.flag("use_qkv_bias")),
      qkNorm: c.flag("qk_layernorm") ? {norm: {...norm, bias: false}, over: "each-head" as const} : null,
    };
    const parallel = c.flag("use_parallel_residual");
    const activation = activationOf(c, "silu");
    return {
      hidden: shape.hidden,
      finalNorm: norm,
      tied: false,
      layers: shape.heads.map((_, i) =>
        layerPlan(attention(shape, i, own), gatedNetwork(widthOf(c, shape, i), activation), norm, {
          parallel,
          normsAt: {mixer: ["input"], channels: parallel ? [] : ["input"]},
        }),
      ),
    };
  },
};
