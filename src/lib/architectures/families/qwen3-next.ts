import type {ConfigReader} from "../config-reader.js";
import type {Family} from "../family.js";
import {allBiases, attention, layerPlan, rms} from "../parts.js";
import type {GatedDeltaMixer} from "../record/mixer.js";
import type {Norm} from "../record/norm.js";
import {ropeOf} from "../rope.js";
import {shapeOf} from "../shape.js";
import {steppedExperts} from "./qwen.js";

/** Qwen3-Next: three layers of gated delta rule (arXiv:2412.06464) to one of gated attention, and many small experts. */
export const qwen3Next: Family = {
  types: ["qwen3_next"],
  architectures: ["Qwen3NextForCausalLM"],
  read(c) {
    const shape = shapeOf(c, {kvHeads: 2, headDim: 256});
    const norm: Norm = {...rms(c, 1e-6), weight: "plus-one"};
    const mixers = {
      linear_attention: deltaOf(c),
      full_attention: attention(shape, 0, {
        rope: ropeOf(c, {headDim: shape.headDim, fraction: 0.25}),
        biases: allBiases(c.flag("attention_bias")),
        qkNorm: {norm, over: "head"},
        gated: true,
      }),
    };
    const shared = {width: c.count("shared_expert_intermediate_size", 512), gate: true};
    const channels = steppedExperts(c, shape, {shared, experts: 512, active: 10});
    return {
      hidden: shape.hidden,
      finalNorm: norm,
      tied: false,
      layers: kindsOf(c, shape.layers).map((kind, i) => layerPlan(mixers[kind], channels(i), norm)),
    };
  },
};

function kindsOf(c: ConfigReader, layers: number): readonly ("linear_attention" | "full_attention")[] {
  const every = c.count("full_attention_interval", 4);
  return (
    c.choices("layer_types", ["linear_attention", "full_attention"], layers) ??
    Array.from({length: layers}, (_, i) => ((i + 1) % every === 0 ? "full_attention" : "linear_attention"))
  );
}

function deltaOf(c: ConfigReader): GatedDeltaMixer {
  const keyHeads = c.count("linear_num_key_heads", 16);
  const valueHeads = c.count("linear_num_value_heads", 32);
  if (valueHeads % keyHeads !== 0) {
    const allowed = `a multiple of the ${keyHeads} key heads`;
    throw c.problem("bad-value", "linear_num_value_heads", valueHeads, allowed);
  }
  return {
    kind: "gated-delta",
    keyHeads,
    valueHeads,
    keyDim: c.count("linear_key_head_dim", 128),
    valueDim: c.count("linear_value_head_dim", 128),
    convWidth: c.count("linear_conv_kernel_dim", 4),
  };
}
