import type {Family} from "../family.js";
import {activationOf, allBiases, attention, layerNorm, layerPlan, plainNetwork} from "../parts.js";
import {plainShapeOf} from "../shape.js";

/** GPT-2: learned positions, biases everywhere, layer norms. */
export const gpt2: Family = {
  types: ["gpt2"],
  architectures: ["GPT2LMHeadModel"],
  read(c) {
    const shape = plainShapeOf(c);
    const norm = layerNorm(c, 1e-5, "layer_norm_epsilon");
    c.require("add_cross_attention", false);
    const scale = c.flag("scale_attn_weights", true) ? shape.headDim ** -0.5 : 1;
    const byLayer = c.flag("scale_attn_by_inverse_layer_idx");
    const activation = activationOf(c, "gelu_new");
    return {
      hidden: shape.hidden,
      finalNorm: norm,
      tied: true,
      positionTable: {rows: c.count(["n_positions", "max_position_embeddings"], 1024), offset: 0},
      layers: shape.heads.map((_, i) =>
        layerPlan(
          attention(shape, i, {scale: byLayer ? scale / (i + 1) : scale, biases: allBiases(true)}),
          plainNetwork(shape.width[i] ?? 4 * shape.hidden, activation),
          norm,
        ),
      ),
    };
  },
};
