import type {Family} from "../family.js";
import {activationOf, allBiases, attention, gatedNetwork, layerPlan, rms} from "../parts.js";
import {ropeOf} from "../rope.js";
import {shapeOf, widthOf} from "../shape.js";
import {listedWindows, windowIn} from "../windows.js";

/** Phi-3 and Phi-4 (arXiv:2404.14219, arXiv:2412.08905): one matrix of queries, keys and values, one of gate and network. */
export const phi3: Family = {
  types: ["phi3"],
  architectures: ["Phi3ForCausalLM"],
  vocabulary: 32_064,
  read(c) {
    const shape = shapeOf(c, {hidden: 3072, layers: 32, heads: 32, width: 8192});
    const norm = rms(c, 1e-5);
    const own = {rope: ropeOf(c, shape), biases: allBiases(c.flag("attention_bias"))};
    const window = windowIn(c, null);
    const windows = listedWindows(c, shape.layers, window);
    const activation = activationOf(c, "silu");
    return {
      hidden: shape.hidden,
      finalNorm: norm,
      tied: false,
      headBias: c.flag("lm_head_bias"),
      layers: shape.heads.map((_, i) =>
        layerPlan(
          attention(shape, i, {...own, window: windows === undefined ? window : windows[i]}),
          gatedNetwork(widthOf(c, shape, i), activation, c.flag("mlp_bias")),
          norm,
        ),
      ),
    };
  },
};
