import type {Family} from "../family.js";
import {activationOf, allBiases, attention, layerNorm, layerPlan, plainNetwork} from "../parts.js";
import {ropeOf} from "../rope.js";
import {plainShapeOf, widthOf} from "../shape.js";

/** GPT-NeoX and Pythia (arXiv:2204.06745, arXiv:2304.01373): both parts side by side, a quarter of each head rotated. */
export const gptNeox: Family = {
  types: ["gpt_neox"],
  architectures: ["GPTNeoXForCausalLM"],
  read(c) {
    const shape = plainShapeOf(c);
    const norm = layerNorm(c, 1e-5, "layer_norm_eps");
    const own = {
      rope: ropeOf(c, {headDim: shape.headDim, fraction: 0.25}),
      biases: allBiases(c.flag("attention_bias", true)),
    };
    const parallel = c.flag("use_parallel_residual", true);
    const activation = activationOf(c, "gelu");
    return {
      hidden: shape.hidden,
      finalNorm: norm,
      tied: false,
      layers: shape.heads.map((_, i) =>
        layerPlan(attention(shape, i, own), plainNetwork(widthOf(c, shape, i), activation), norm, {parallel}),
      ),
    };
  },
};
