import type {ConfigReader} from "../config-reader.js";
import type {Family} from "../family.js";
import type {LayerPlan} from "../model-record.js";
import {activationOf, allBiases, attention, layerNorm, layerPlan, plainNetwork} from "../parts.js";
import {ropeOf} from "../rope.js";
import {hiddenOf, KEYS, layersOf, type Shape} from "../shape.js";

/** Falcon (arXiv:2311.16867): one key head or a few, both parts side by side behind one norm or two. */
export const falcon: Family = {
  types: ["falcon", "RefinedWeb", "RefinedWebModel"],
  architectures: ["FalconForCausalLM", "RWForCausalLM"],
  read(c) {
    const isNew = c.flag("new_decoder_architecture");
    const shape = falconShape(c, isNew);
    const norm = layerNorm(c, 1e-5, "layer_norm_epsilon");
    const [alibi, bias] = [c.flag("alibi"), c.flag("bias")];
    const own = {
      alibi,
      rope: alibi ? null : ropeOf(c, shape),
      biases: allBiases(bias),
    };
    const network = plainNetwork(shape.width[0], activationOf(c, "gelu", ["activation", "hidden_act"]), bias);
    const placed = normsOf(c, isNew);
    return {
      hidden: shape.hidden,
      finalNorm: norm,
      tied: true,
      layers: shape.heads.map((_, i) => layerPlan(attention(shape, i, own), network, norm, placed)),
    };
  },
};

const HEADS_KV = ["num_kv_heads", "n_head_kv", "num_key_value_heads"] as const;

function falconShape(c: ConfigReader, isNew: boolean): Shape {
  const [hidden, layers] = [hiddenOf(c), layersOf(c)];
  const heads = c.size(KEYS.heads);
  const given = c.count(HEADS_KV, heads);
  // Only the newer layers have as many key heads as the file says; the older ones share one unless they say otherwise.
  const isShared = c.flag("multi_query", true) && !isNew;
  const kvHeads = isShared ? 1 : given;
  if (hidden % heads !== 0)
    throw c.problem("bad-value", KEYS.hidden, hidden, `a multiple of the ${heads} heads`);
  if (heads % kvHeads !== 0)
    throw c.problem("bad-value", HEADS_KV, kvHeads, `a divisor of the ${heads} heads`);
  const filled = (value: number) => new Array<number>(layers).fill(value);
  return {
    hidden,
    layers,
    heads: filled(heads),
    kvHeads: filled(kvHeads),
    headDim: hidden / heads,
    width: filled(c.count(KEYS.width, 4 * hidden)),
  };
}

function normsOf(c: ConfigReader, isNew: boolean): Pick<LayerPlan, "parallel" | "normsAt"> {
  const isParallel = c.flag("parallel_attn", true);
  const parallel = isNew || isParallel;
  const norms = c.count("num_ln_in_parallel_attn", isNew ? 2 : 1);
  const isShared = parallel && norms === 1;
  return {parallel, normsAt: {mixer: ["input"], channels: isShared ? [] : ["input"]}};
}
