import type {ConfigReader} from "../config-reader.js";
import type {Family} from "../family.js";
import {
  activationOf,
  activeExperts,
  attention,
  expertNetwork,
  gatedNetwork,
  layerPlan,
  PLAIN_ROUTER,
  rms,
} from "../parts.js";
import type {MambaMixer} from "../record/mixer.js";
import {shapeOf, widthOf} from "../shape.js";
import {windowIn} from "../windows.js";

/** Jamba (arXiv:2403.19887): Mamba with one layer of attention in eight, experts in every other layer, no positions. */
export const jamba: Family = {
  types: ["jamba"],
  architectures: ["JambaForCausalLM"],
  read(c) {
    const shape = shapeOf(c, {kvHeads: 8});
    const norm = rms(c, 1e-6);
    const mamba = mambaOf(c, shape.hidden);
    const window = windowIn(c, null);
    const activation = activationOf(c, "silu");
    const byPeriod = every(c, "attn_layer", 8, 4);
    const kinds = c.choices(["layer_types", "layers_block_type"], HYBRID_LAYERS, shape.layers);
    const isAttention = (layer: number) =>
      kinds === undefined
        ? byPeriod(layer)
        : /attention$/.test(kinds[layer]) && kinds[layer] !== "linear_attention";
    const hasExperts = every(c, "expert_layer", 2, 1);
    const experts = c.count("num_experts", 16);
    const active = activeExperts(c, "num_experts_per_tok", Math.max(experts, 2), 2);
    return {
      hidden: shape.hidden,
      finalNorm: norm,
      tied: false,
      layers: shape.heads.map((_, i) => {
        const width = widthOf(c, shape, i);
        const network =
          hasExperts(i) && experts > 1
            ? expertNetwork({
                experts,
                active,
                width,
                activation,
                router: {...PLAIN_ROUTER, normalized: false},
              })
            : gatedNetwork(width, activation);
        return layerPlan(isAttention(i) ? attention(shape, i, {window}) : mamba, network, norm);
      }),
    };
  },
};

/** Kinds of layers in the older spelling and the newer one, which calls every recurrence linear attention. */
const HYBRID_LAYERS = ["mamba", "attention", "linear_attention", "full_attention"] as const;

/** Layers `offset`, `offset + period` and so on, by the two keys of a name. */
function every(c: ConfigReader, name: string, period: number, offset: number): (layer: number) => boolean {
  const own = c.count(`${name}_period`, period);
  const first = c.count(`${name}_offset`, offset, 0);
  if (first >= own) throw c.problem("bad-value", `${name}_offset`, first, `below ${name}_period ${own}`);
  return (layer) => layer % own === first;
}

function mambaOf(c: ConfigReader, hidden: number): MambaMixer {
  const rank = c.raw("mamba_dt_rank") ?? "auto";
  return {
    kind: "mamba",
    inner: c.count("mamba_expand", 2) * hidden,
    state: c.count("mamba_d_state", 16),
    convWidth: c.count("mamba_d_conv", 4),
    dtRank: rank === "auto" ? Math.ceil(hidden / 16) : c.count("mamba_dt_rank"),
    biases: {projections: c.flag("mamba_proj_bias"), conv: c.flag("mamba_conv_bias", true)},
    innerNorm: c.flag("mamba_inner_layernorms", true) ? rms(c, 1e-6) : null,
  };
}
