import type {Family} from "../family.js";
import {
  activationOf,
  activeExperts,
  attention,
  expertNetwork,
  layerPlan,
  PLAIN_ROUTER,
  rms,
} from "../parts.js";
import {ropeOf} from "../rope.js";
import {shapeOf, widthOf} from "../shape.js";

/**
 * MoE++ (arXiv:2410.07348): beside its networks a router may choose experts that multiply nothing, and it sees what the router
 * of the layer before thought of the token. Keys and names are this project's: the published models have no config of
 * their own for them.
 */
export const moePlusPlus: Family = {
  types: ["moe_plus_plus"],
  architectures: ["MoEPlusPlusForCausalLM"],
  read(c) {
    const shape = shapeOf(c, {});
    const experts = c.count("num_local_experts");
    const idle = {
      constant: c.count("num_constant_experts", 2, 0),
      copy: c.count("num_copy_experts", 1, 0),
      zero: c.count("num_zero_experts", 1, 0),
      inputScale: c.positive("expert_input_scale", 1),
    };
    const routed = experts + idle.constant + idle.copy + idle.zero;
    const isResidual = c.flag("gating_residual", true);
    const norm = rms(c, 1e-5);
    const rope = ropeOf(c, shape);
    const own = {experts, active: activeExperts(c, "num_experts_per_tok", routed, 2), idle};
    const activation = activationOf(c, "silu");
    return {
      hidden: shape.hidden,
      finalNorm: norm,
      tied: false,
      layers: shape.heads.map((_, i) =>
        layerPlan(
          attention(shape, i, {rope}),
          expertNetwork({
            ...own,
            activation,
            width: widthOf(c, shape, i),
            router: {...PLAIN_ROUTER, residual: isResidual && i > 0},
          }),
          norm,
        ),
      ),
    };
  },
};
