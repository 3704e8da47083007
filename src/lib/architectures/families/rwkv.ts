import type {Family} from "../family.js";
import {layerNorm, layerPlan} from "../parts.js";
import {hiddenOf, KEYS, layersOf} from "../shape.js";

/** RWKV 4 (arXiv:2305.13048), its sizes and its state. */
export const rwkv: Family = {
  types: ["rwkv"],
  architectures: ["RwkvForCausalLM"],
  read(c) {
    const hidden = hiddenOf(c);
    const norm = layerNorm(c, 1e-5, "layer_norm_epsilon");
    const width = c.count("attention_hidden_size", hidden);
    const network = {kind: "rwkv" as const, width: c.count(KEYS.width, 4 * hidden)};
    return {
      hidden,
      finalNorm: norm,
      tied: false,
      embeddingNorm: norm,
      maxPositions: null,
      layers: Array.from({length: layersOf(c)}, () => layerPlan({kind: "rwkv", width}, network, norm)),
    };
  },
};
