import type {ConfigReader} from "../config-reader.js";
import type {Family} from "../family.js";
import {activeExperts, attention, expertNetwork, layerPlan, PLAIN_ROUTER, rms} from "../parts.js";
import {ropeOf} from "../rope.js";
import {shapeOf} from "../shape.js";

/**
 * SmallThinker (arXiv:2507.20984): experts with ReLU gates, chosen before attention runs; layers without rotary positions
 * among those with a window. Without the keys every layer rotates and sees all.
 */
export const smallThinker: Family = {
  types: ["smallthinker"],
  architectures: ["SmallThinkerForCausalLM"],
  vocabulary: 151_936,
  read(c) {
    const experts = c.count("moe_num_primary_experts", 32);
    const width = c.count("moe_ffn_hidden_size", 768);
    const shape = shapeOf(c, {hidden: 1536, layers: 32, heads: 12, kvHeads: 2, headDim: 128, width});
    const network = expertNetwork({
      experts,
      active: activeExperts(c, "moe_num_active_primary_experts", experts, 4),
      width,
      activation: "relu",
      router: {
        ...PLAIN_ROUTER,
        score: c.flag("moe_primary_router_apply_softmax", false) ? "softmax" : "sigmoid",
        early: true,
      },
    });
    const norm = rms(c, 1e-6);
    const rope = ropeOf(c, shape);
    const [isRotated, isWindowed] = [
      layout(c, "rope_layout", shape.layers, 1),
      layout(c, "sliding_window_layout", shape.layers, 0),
    ];
    const window = isWindowed.some(Boolean) ? c.count("sliding_window_size", 4096) : null;
    return {
      hidden: shape.hidden,
      finalNorm: norm,
      tied: true,
      layers: isRotated.map((rotates, i) =>
        layerPlan(
          attention(shape, i, {rope: rotates ? rope : null, window: isWindowed[i] ? window : null}),
          network,
          norm,
        ),
      ),
    };
  },
};

/** A zero or one for each layer. @throws FormatError if there is anything else. */
function layout(c: ConfigReader, key: string, layers: number, byDefault: 0 | 1): boolean[] {
  const value = c.raw(key) ?? new Array<number>(layers).fill(byDefault);
  if (!Array.isArray(value) || value.length !== layers || value.some((flag) => flag !== 0 && flag !== 1))
    throw c.problem("bad-value", key, value, `${layers} zeros and ones`);
  return value.map((flag) => flag === 1);
}
