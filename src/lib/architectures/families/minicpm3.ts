import type {Family} from "../family.js";
import {activationOf, gatedNetwork, layerPlan, rms} from "../parts.js";
import {KEYS, layersOf} from "../shape.js";
import {latentOf} from "./deepseek.js";

/** MiniCPM 3: latent attention, scaled embeddings, residuals and head (arXiv:2404.06395). */
export const minicpm3: Family = {
  types: ["minicpm3"],
  architectures: ["MiniCPM3ForCausalLM"],
  read(c) {
    const norm = rms(c, 1e-6);
    const layers = layersOf(c);
    const mixer = latentOf(c);
    const network = gatedNetwork(c.count(KEYS.width), activationOf(c, "silu"));
    const hidden = c.size(KEYS.hidden);
    return {
      hidden,
      finalNorm: norm,
      tied: true,
      embeddingScale: c.positive("scale_emb", 1),
      logitScale: c.positive("dim_model_base", hidden) / hidden,
      layers: Array.from({length: layers}, () =>
        layerPlan(mixer, network, norm, {residualScale: c.positive("scale_depth", 1) / Math.sqrt(layers)}),
      ),
    };
  },
};
