import type {ConfigReader} from "../config-reader.js";
import type {Family} from "../family.js";
import {
  activationOf,
  activeExperts,
  attention,
  expertNetwork,
  gatedNetwork,
  layerPlan,
  type RecordParts,
  rms,
} from "../parts.js";
import type {Channels} from "../record/channels.js";
import {ropeOf} from "../rope.js";
import {type Shape, shapeOf, widthOf} from "../shape.js";
import {listedWindows, windowIn} from "../windows.js";

/** Mistral 7B and its successors (arXiv:2310.06825). A file without the key means the first model, whose window is 4096. */
export const mistral: Family = {
  types: ["mistral", "ministral"],
  architectures: ["MistralForCausalLM", "MinistralForCausalLM"],
  vocabulary: 32_000,
  read: (c) => {
    const shape = shapeOf(c, {hidden: 4096, layers: 32, heads: 32, kvHeads: 8, width: 14_336});
    const activation = activationOf(c, "silu");
    return decoder(c, shape, windowIn(c, 4096), (i) => gatedNetwork(widthOf(c, shape, i), activation));
  },
};

/** Mixtral (arXiv:2401.04088): experts in every layer. */
export const mixtral: Family = {
  types: ["mixtral"],
  architectures: ["MixtralForCausalLM"],
  vocabulary: 32_000,
  read: (c) => {
    const shape = shapeOf(c, {hidden: 4096, layers: 32, heads: 32, kvHeads: 8, width: 14_336});
    const activation = activationOf(c, "silu");
    const experts = c.count(["num_local_experts", "num_experts"], 8);
    const active = activeExperts(c, "num_experts_per_tok", experts, 2);
    return decoder(c, shape, windowIn(c, null), (i) =>
      expertNetwork({experts, active, width: widthOf(c, shape, i), activation}),
    );
  },
};

function decoder(
  c: ConfigReader,
  shape: Shape,
  window: number | null,
  channels: (layer: number) => Channels,
): RecordParts {
  const norm = rms(c, 1e-6);
  const windows =
    listedWindows(c, shape.layers, window) ?? new Array<number | null>(shape.layers).fill(window);
  const rope = ropeOf(c, shape);
  return {
    hidden: shape.hidden,
    finalNorm: norm,
    tied: false,
    layers: windows.map((each, i) => layerPlan(attention(shape, i, {rope, window: each}), channels(i), norm)),
  };
}
