import type {ConfigReader} from "../config-reader.js";
import type {Family} from "../family.js";
import {activationOf, allBiases, attention, gatedNetwork, layerPlan, rms} from "../parts.js";
import {ropeOf} from "../rope.js";
import {shapeOf, widthOf} from "../shape.js";
import {listedWindows, windowIn} from "../windows.js";

/** SmolLM 3: Llama that rotates in three layers of four (NoPE, arXiv:2501.18795). */
export const smollm3: Family = {
  types: ["smollm3"],
  architectures: ["SmolLM3ForCausalLM"],
  vocabulary: 128_256,
  read(c) {
    const shape = shapeOf(c, {hidden: 2048, layers: 36, heads: 16, kvHeads: 4, width: 11_008});
    const norm = rms(c, 1e-6);
    const rope = ropeOf(c, {headDim: shape.headDim, theta: 2_000_000});
    const rotated = rotatedLayers(c, shape.layers);
    const window = c.flag("use_sliding_window") ? windowIn(c, null) : null;
    const windows = listedWindows(c, shape.layers, window) ?? rotated.map((is) => (is ? null : window));
    if (!c.flag("use_sliding_window")) windowIn(c, null);
    const biases = allBiases(c.flag("attention_bias"));
    const [activation, bias] = [activationOf(c, "silu"), c.flag("mlp_bias")];
    return {
      hidden: shape.hidden,
      finalNorm: norm,
      tied: true,
      layers: windows.map((each, i) =>
        layerPlan(
          attention(shape, i, {biases, window: each, rope: rotated[i] ? rope : null}),
          gatedNetwork(widthOf(c, shape, i), activation, bias),
          norm,
        ),
      ),
    };
  },
};

/** A list of 1 (rotated) and 0, or all but every so-manieth. */
function rotatedLayers(c: ConfigReader, layers: number): readonly boolean[] {
  const every = c.count("no_rope_layer_interval", 4);
  const list = c.indices("no_rope_layers");
  if (list.length === 0) return Array.from({length: layers}, (_, i) => (i + 1) % every !== 0);
  const isRight = list.length >= layers && list.every((each) => each <= 1);
  if (isRight) return list.slice(0, layers).map((each) => each === 1);
  throw c.problem("bad-value", "no_rope_layers", list, `${layers} of 0 and 1`);
}
