import type {ConfigReader} from "../config-reader.js";
import type {Family} from "../family.js";
import {attention, gatedNetwork, layerPlan, rms} from "../parts.js";
import type {ConvolutionMixer} from "../record/mixer.js";
import {ropeOf} from "../rope.js";
import {shapeOf} from "../shape.js";

/** LFM2 (arXiv:2511.23404): short gated convolutions with a layer of attention now and then. */
export const lfm2: Family = {
  types: ["lfm2"],
  architectures: ["Lfm2ForCausalLM"],
  read(c) {
    const shape = shapeOf(c, {kvHeads: 8});
    const norm = rms(c, 1e-5, ["norm_eps", "block_norm_eps"]);
    const rope = ropeOf(c, {headDim: shape.headDim, theta: 1_000_000});
    const convolution: ConvolutionMixer = {
      kind: "convolution",
      width: shape.hidden,
      convWidth: c.count("conv_L_cache", 3),
      bias: c.flag("conv_bias"),
    };
    for (const key of ["conv_dim", "conv_dim_out", "block_dim", "block_out_dim"])
      c.require(key, shape.hidden);
    const network = gatedNetwork(networkWidth(c), "silu");
    return {
      hidden: shape.hidden,
      finalNorm: norm,
      tied: c.flag("tie_embedding", true),
      layers: kindsOf(c, shape.layers).map((isFull, i) => {
        const mixer = isFull ? attention(shape, i, {rope, qkNorm: {norm, over: "head"}}) : convolution;
        return layerPlan(mixer, network, norm);
      }),
    };
  },
};

/** Two thirds of the width that the file names, rounded up to a multiple, unless it says that the width is meant. */
function networkWidth(c: ConfigReader): number {
  const width = c.count(["block_ff_dim", "intermediate_size"]);
  const [multiple, factor] = [
    c.count("block_multiple_of", 256),
    c.positiveOrNull("block_ffn_dim_multiplier"),
  ];
  if (!c.flag("block_auto_adjust_ff_dim", true)) return width;
  const adjusted = Math.trunc((factor ?? 1) * Math.trunc((2 * width) / 3));
  return c.raw("block_ffn_dim_multiplier") === null ? adjusted : multiple * Math.ceil(adjusted / multiple);
}

function kindsOf(c: ConfigReader, layers: number): readonly boolean[] {
  const named = c.choices("layer_types", ["full_attention", "conv"], layers);
  const full = c.indices("full_attn_idxs");
  if (named !== undefined) return named.map((kind) => kind === "full_attention");
  return Array.from({length: layers}, (_, i) => !c.has("full_attn_idxs") || full.includes(i));
}
