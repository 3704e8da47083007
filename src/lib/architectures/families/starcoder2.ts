import type {Family} from "../family.js";
import {activationOf, allBiases, attention, layerNorm, layerPlan, plainNetwork} from "../parts.js";
import {ropeOf} from "../rope.js";
import {shapeOf, widthOf} from "../shape.js";
import {listedWindows, windowIn} from "../windows.js";

/** StarCoder 2 (arXiv:2402.19173): grouped attention with a window in every layer, two matrices and biases as in GPT. */
export const starcoder2: Family = {
  types: ["starcoder2"],
  architectures: ["Starcoder2ForCausalLM"],
  read(c) {
    const shape = shapeOf(c, {kvHeads: 2});
    const norm = layerNorm(c, 1e-5, "norm_epsilon");
    c.require("norm_type", "layer_norm");
    c.require("mlp_type", "default");
    const bias = c.flag("use_bias", true);
    const own = {rope: ropeOf(c, shape), biases: allBiases(bias)};
    const window = windowIn(c, null);
    const windows = listedWindows(c, shape.layers, window);
    const activation = activationOf(c, "gelu_pytorch_tanh");
    return {
      hidden: shape.hidden,
      finalNorm: norm,
      tied: true,
      layers: shape.heads.map((_, i) =>
        layerPlan(
          attention(shape, i, {...own, window: windows === undefined ? window : windows[i]}),
          plainNetwork(widthOf(c, shape, i), activation, bias),
          norm,
        ),
      ),
    };
  },
};
