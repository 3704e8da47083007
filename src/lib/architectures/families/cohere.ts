import type {ConfigReader} from "../config-reader.js";
import type {Family} from "../family.js";
import {
  activationOf,
  allBiases,
  attention,
  gatedNetwork,
  layerNorm,
  layerPlan,
  type RecordParts,
} from "../parts.js";
import type {AttentionMixer} from "../record/mixer.js";
import type {Norm} from "../record/norm.js";
import {ropeOf} from "../rope.js";
import {type Shape, shapeOf, widthOf} from "../shape.js";
import {allButEvery} from "../windows.js";

/** Command R: attention and network side by side behind one layer norm without a bias, a scaled head. */
export const cohere: Family = {
  types: ["cohere"],
  architectures: ["CohereForCausalLM"],
  vocabulary: 256_000,
  read(c) {
    const shape = shapeOf(c, {hidden: 8192, layers: 40, heads: 64, width: 22_528});
    const rope = ropeOf(c, {headDim: shape.headDim, pairs: "neighbours"});
    const qkNorm = c.flag("use_qk_norm") ? {norm: normOf(c), over: "each-head" as const} : null;
    return record(c, shape, () => ({rope, qkNorm}));
  },
};

/** Command R7B (arXiv:2504.00698): windows and rotation in all but every fourth layer, which sees all and knows no place. */
export const cohere2: Family = {
  types: ["cohere2"],
  architectures: ["Cohere2ForCausalLM"],
  vocabulary: 256_000,
  read(c) {
    const shape = shapeOf(c, {hidden: 8192, layers: 40, heads: 64, width: 22_528});
    const rope = ropeOf(c, {headDim: shape.headDim, pairs: "neighbours"});
    c.choice("position_embedding_type", ["rope_gptj", "rope"], "rope_gptj");
    c.require("order_of_interleaved_layers", "local_attn_first");
    c.require("use_gated_activation", true);
    c.require("use_parallel_block", true);
    const windows = allButEvery(c, shape.layers, {period: 4, window: 4096});
    return record(c, shape, (i) => ({window: windows[i], rope: windows[i] === null ? null : rope}));
  },
};

const normOf = (c: ConfigReader): Norm => ({...layerNorm(c, 1e-5, "layer_norm_eps"), bias: false});

function record(c: ConfigReader, shape: Shape, own: (layer: number) => Partial<AttentionMixer>): RecordParts {
  const norm = normOf(c);
  const biases = allBiases(c.flag("attention_bias"));
  const activation = activationOf(c, "silu");
  return {
    hidden: shape.hidden,
    finalNorm: norm,
    tied: true,
    logitScale: c.positive("logit_scale", 0.0625),
    layers: shape.heads.map((_, i) =>
      layerPlan(
        attention(shape, i, {biases, ...own(i)}),
        gatedNetwork(widthOf(c, shape, i), activation),
        norm,
        {parallel: true, normsAt: {mixer: ["input"], channels: []}},
      ),
    ),
  };
}
