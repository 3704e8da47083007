import type {Family} from "../family.js";
import type {LayerPlan} from "../model-record.js";
import {activationOf, allBiases, attention, layerPlan, plainNetwork} from "../parts.js";
import type {Norm} from "../record/norm.js";
import {plainShapeOf, widthOf} from "../shape.js";

/** OPT (arXiv:2205.01068): learned positions after two rows of none; the 350M model norms after each sum. */
export const opt: Family = {
  types: ["opt"],
  architectures: ["OPTForCausalLM"],
  read(c) {
    const shape = plainShapeOf(c);
    const weight = c.flag("layer_norm_elementwise_affine", true) ? "plain" : "none";
    const norm: Norm = {kind: "layer", eps: 1e-5, weight, bias: weight === "plain"};
    const before = c.flag("do_layer_norm_before", true);
    const bias = c.flag("enable_bias", true);
    const normsAt: LayerPlan["normsAt"] = before
      ? {mixer: ["input"], channels: ["input"]}
      : {mixer: ["sum"], channels: ["sum"]};
    const activation = activationOf(c, "relu");
    return {
      hidden: shape.hidden,
      finalNorm: before && !c.flag("_remove_final_layer_norm") ? norm : null,
      tied: true,
      embeddingWidth: c.count("word_embed_proj_dim", shape.hidden),
      positionTable: {rows: c.count("max_position_embeddings", 2048) + 2, offset: 2},
      layers: shape.heads.map((_, i) =>
        layerPlan(
          attention(shape, i, {biases: allBiases(bias)}),
          plainNetwork(widthOf(c, shape, i), activation, bias),
          norm,
          {normsAt},
        ),
      ),
    };
  },
};
