import type {Family} from "../family.js";
import {activationOf, allBiases, attention, gatedNetwork, layerPlan, rms} from "../parts.js";
import {ropeOf} from "../rope.js";
import {shapeOf, widthOf} from "../shape.js";
import {listedWindows} from "../windows.js";

/** Llama 1 to 3 (arXiv:2302.13971, arXiv:2307.09288, arXiv:2407.21783); a window only in layers that the file lists. */
export const llama: Family = {
  types: ["llama"],
  architectures: ["LlamaForCausalLM", "LLaMAForCausalLM"],
  vocabulary: 32_000,
  read(c) {
    const shape = shapeOf(c, {hidden: 4096, layers: 32, heads: 32, width: 11_008});
    const norm = rms(c, 1e-6);
    const own = {biases: allBiases(c.flag("attention_bias")), rope: ropeOf(c, shape)};
    const windows = listedWindows(c, shape.layers, null) ?? new Array<null>(shape.layers).fill(null);
    const [activation, bias] = [activationOf(c, "silu"), c.flag("mlp_bias")];
    return {
      hidden: shape.hidden,
      finalNorm: norm,
      tied: false,
      layers: windows.map((window, i) =>
        layerPlan(
          attention(shape, i, {...own, window}),
          gatedNetwork(widthOf(c, shape, i), activation, bias),
          norm,
        ),
      ),
    };
  },
};
