import type {Family} from "../family.js";
import {activeExperts, allBiases, attention, expertNetwork, layerPlan, PLAIN_ROUTER, rms} from "../parts.js";
import {ropeOf} from "../rope.js";
import {shapeOf, widthOf} from "../shape.js";
import {allButEvery} from "../windows.js";

/** gpt-oss (arXiv:2508.10925): a window in every other layer, sinks, experts with biases. */
export const gptOss: Family = {
  types: ["gpt_oss"],
  architectures: ["GptOssForCausalLM"],
  read(c) {
    const shape = shapeOf(c, {kvHeads: 8, headDim: 64});
    const norm = rms(c, 1e-5);
    const own = {
      rope: ropeOf(c, {headDim: shape.headDim, theta: 150_000}),
      biases: allBiases(c.flag("attention_bias", true)),
      sinks: true,
    };
    c.require(["hidden_act", "hidden_activation"], "silu");
    const experts = c.count(["num_local_experts", "num_experts"], 128);
    const network = expertNetwork({
      experts,
      active: activeExperts(c, ["num_experts_per_tok", "experts_per_token"], experts, 4),
      width: widthOf(c, shape, 0),
      activation: "clipped-swiglu",
      biases: {up: true, down: true},
      router: {...PLAIN_ROUTER, bias: true},
    });
    const windows = allButEvery(c, shape.layers, {period: 2, window: 128});
    return {
      hidden: shape.hidden,
      finalNorm: norm,
      tied: false,
      layers: windows.map((window, i) => layerPlan(attention(shape, i, {...own, window}), network, norm)),
    };
  },
};
