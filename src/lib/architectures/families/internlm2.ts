import type {Family} from "../family.js";
import {activationOf, allBiases, attention, gatedNetwork, layerPlan, rms} from "../parts.js";
import {ropeOf} from "../rope.js";
import {shapeOf, widthOf} from "../shape.js";

/** InternLM 2 (arXiv:2403.17297): Llama under other names. */
export const internlm2: Family = {
  types: ["internlm2"],
  architectures: ["InternLM2ForCausalLM"],
  read(c) {
    const shape = shapeOf(c);
    const norm = rms(c, 1e-6);
    const own = {biases: allBiases(c.flag("bias", true)), rope: ropeOf(c, shape)};
    const activation = activationOf(c, "silu");
    return {
      hidden: shape.hidden,
      finalNorm: norm,
      tied: false,
      layers: shape.heads.map((_, i) =>
        layerPlan(attention(shape, i, own), gatedNetwork(widthOf(c, shape, i), activation), norm),
      ),
    };
  },
};
