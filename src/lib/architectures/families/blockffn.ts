import type {Family} from "../family.js";
import {activationOf, attention, expertNetwork, layerPlan, PLAIN_ROUTER, rms} from "../parts.js";
import {ropeOf} from "../rope.js";
import {shapeOf, widthOf} from "../shape.js";

/**
 * BlockFFN (arXiv:2507.08771): many small experts without gates; a token passes all that its router scores above zero, each
 * times its score after an RMS norm over all of them. Keys and names are this project's.
 */
export const blockFfn: Family = {
  types: ["blockffn"],
  architectures: ["BlockFFNForCausalLM"],
  read(c) {
    const shape = shapeOf(c, {});
    const experts = c.count("num_local_experts");
    const norm = rms(c, 1e-5);
    const rope = ropeOf(c, shape);
    const activation = activationOf(c, "silu");
    return {
      hidden: shape.hidden,
      finalNorm: norm,
      tied: false,
      layers: shape.heads.map((_, i) =>
        layerPlan(
          attention(shape, i, {rope}),
          expertNetwork({
            experts,
            active: experts,
            width: widthOf(c, shape, i),
            activation,
            gated: c.flag("gated_experts", false),
            router: {...PLAIN_ROUTER, score: "relu", normalized: false, norm},
          }),
          norm,
        ),
      ),
    };
  },
};
