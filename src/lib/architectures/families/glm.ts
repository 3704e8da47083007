import type {Family} from "../family.js";
import {activationOf, attention, gatedNetwork, layerPlan, qkvBiases, rms} from "../parts.js";
import {ropeOf} from "../rope.js";
import {shapeOf, widthOf} from "../shape.js";

/** GLM-4 (arXiv:2406.12793): half of each head rotated; the models of 2025 norm what each part gives as well. */
export const glm: Family = {
  types: ["glm", "glm4"],
  architectures: ["GlmForCausalLM", "Glm4ForCausalLM"],
  read(c, type) {
    const shape = shapeOf(c, {kvHeads: 2, headDim: 128});
    const norm = rms(c, 1.5625e-7);
    const own = {
      rope: ropeOf(c, {headDim: shape.headDim, fraction: 0.5, pairs: "neighbours"}),
      biases: qkvBiases(c.flag("attention_bias", type === "glm")),
    };
    const activation = activationOf(c, "silu");
    const places = type === "glm" ? (["input"] as const) : (["input", "output"] as const);
    return {
      hidden: shape.hidden,
      finalNorm: norm,
      tied: false,
      layers: shape.heads.map((_, i) =>
        layerPlan(attention(shape, i, own), gatedNetwork(widthOf(c, shape, i), activation), norm, {
          normsAt: {mixer: places, channels: places},
        }),
      ),
    };
  },
};
