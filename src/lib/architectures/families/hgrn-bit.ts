import type {Family} from "../family.js";
import {activationOf, gatedNetwork, layerPlan, rms} from "../parts.js";
import {hiddenOf, KEYS, layersOf} from "../shape.js";

/**
 * MatMul-free LM (arXiv:2406.02528). Source of names and defaults: https://github.com/ridgerchu/matmulfreellm,
 * configuration_hgrn_bit.py; `ternary` is our own, for a model of this kind whose matrices stay as they are.
 */
export const hgrnBit: Family = {
  types: ["hgrn_bit"],
  architectures: ["HGRNBitForCausalLM"],
  read(c) {
    const hidden = hiddenOf(c);
    const norm = rms(c, 1e-6);
    c.require("use_short_conv", false);
    c.require("attn_mode", "fused_recurrent");
    const heads = c.count("num_heads", 1);
    if (hidden % heads !== 0)
      throw c.problem("bad-value", "num_heads", heads, `a divisor of the width of ${hidden}`);
    const width = hidden * c.count("expand_ratio", 1);
    const mixer = {kind: "hgrn", width, bounded: c.flag("use_lower_bound", true)} as const;
    // A multiple of 256 that is at least two thirds of so many times the width.
    const usual = 256 * Math.ceil(Math.floor((hidden * c.count("hidden_ratio", 4) * 2) / 3) / 256);
    const network = gatedNetwork(c.count(KEYS.width, usual), activationOf(c, "swish"));
    return {
      hidden,
      finalNorm: norm,
      tied: false,
      bitLinear: {ternary: c.flag("ternary", true)},
      layers: Array.from({length: layersOf(c)}, () => layerPlan(mixer, network, norm)),
    };
  },
};
