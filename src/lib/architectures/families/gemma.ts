import type {ConfigReader} from "../config-reader.js";
import type {Family} from "../family.js";
import type {LayerPlan} from "../model-record.js";
import {
  activationOf,
  allBiases,
  attention,
  gatedNetwork,
  layerPlan,
  type RecordParts,
  rms,
} from "../parts.js";
import type {Norm} from "../record/norm.js";
import type {Rope} from "../record/rope.js";
import {ropeOf} from "../rope.js";
import {type Shape, shapeOf, widthOf} from "../shape.js";
import {allButEvery} from "../windows.js";

/** Gemma (arXiv:2403.08295): scaled embeddings, and norms whose weights are stored less one. */
export const gemma: Family = {
  types: ["gemma"],
  architectures: ["GemmaForCausalLM"],
  vocabulary: 256_000,
  read(c) {
    const shape = shapeOf(c, {hidden: 3072, layers: 28, heads: 16, kvHeads: 16, headDim: 256, width: 24_576});
    const full = new Array<null>(shape.layers).fill(null);
    const own = {rope: ropeOf(c, shape), softcap: null, scale: shape.headDim ** -0.5};
    // The first files name the exact gelu and mean its approximation, which the newer key says.
    const activation = c.has("hidden_activation")
      ? activationOf(c, "gelu_pytorch_tanh", "hidden_activation")
      : "gelu-tanh";
    activationOf(c, "gelu_pytorch_tanh", "hidden_act");
    return gemmaRecord(c, shape, full, (_, i) => ({
      mixer: attention(shape, i, {...own, biases: allBiases(c.flag("attention_bias"))}),
      channels: gatedNetwork(widthOf(c, shape, i), activation),
    }));
  },
};

const BOTH: Pick<LayerPlan, "normsAt"> = {
  normsAt: {mixer: ["input", "output"], channels: ["input", "output"]},
};

/** Gemma 2 (arXiv:2408.00118): every other layer has a window, logits and attention are soft-capped, four norms a layer. */
export const gemma2: Family = {
  types: ["gemma2"],
  architectures: ["Gemma2ForCausalLM"],
  vocabulary: 256_000,
  read(c) {
    const shape = shapeOf(c, {hidden: 2304, layers: 26, heads: 8, kvHeads: 4, headDim: 256, width: 9216});
    const activation = activationOf(c, "gelu_pytorch_tanh");
    const own = {
      rope: ropeOf(c, shape),
      scale: c.positive("query_pre_attn_scalar", 256) ** -0.5,
      softcap: capOf(c, "attn_logit_softcapping", 50),
      biases: allBiases(c.flag("attention_bias")),
    };
    const windows = allButEvery(c, shape.layers, {period: 2, window: 4096});
    return {
      ...gemmaRecord(c, shape, windows, (window, i) => ({
        mixer: attention(shape, i, {...own, window}),
        channels: gatedNetwork(widthOf(c, shape, i), activation),
        ...BOTH,
      })),
      logitSoftcap: capOf(c, "final_logit_softcapping", 30),
    };
  },
};

/** Gemma 3 (arXiv:2503.19786), its text part: five layers with a window and a rope of their own to one that sees all. */
export const gemma3: Family = {
  types: ["gemma3_text"],
  architectures: ["Gemma3ForCausalLM"],
  vocabulary: 262_208,
  read(c) {
    const shape = shapeOf(c, {hidden: 2304, layers: 26, heads: 8, kvHeads: 4, headDim: 256, width: 9216});
    const activation = activationOf(c, "gelu_pytorch_tanh");
    const ropes = gemma3Ropes(c, shape.headDim);
    const own = {
      scale: c.positive("query_pre_attn_scalar", 256) ** -0.5,
      softcap: capOf(c, "attn_logit_softcapping", null),
      biases: allBiases(c.flag("attention_bias")),
      qkNorm: {norm: gemmaNorm(c), over: "head"} as const,
    };
    const windows = allButEvery(c, shape.layers, {period: 6, window: 4096});
    return {
      ...gemmaRecord(c, shape, windows, (window, i) => ({
        mixer: attention(shape, i, {...own, window, rope: window === null ? ropes.full : ropes.local}),
        channels: gatedNetwork(widthOf(c, shape, i), activation),
        ...BOTH,
      })),
      logitSoftcap: capOf(c, "final_logit_softcapping", null),
    };
  },
};

function gemma3Ropes(c: ConfigReader, headDim: number): {readonly full: Rope; readonly local: Rope} {
  const full = ropeOf(c, {headDim, theta: 1_000_000, layerType: "full_attention"});
  const isNew = c.inner("rope_parameters")?.has("sliding_attention") === true;
  const local = isNew
    ? ropeOf(c, {headDim, theta: 10_000, layerType: "sliding_attention"})
    : {
        theta: c.positive("rope_local_base_freq", 10_000),
        dim: headDim,
        pairs: "halves" as const,
        scaling: null,
      };
  return {full, local};
}

/** A cap of the file; none where it says null. */
function capOf(c: ConfigReader, key: string, byDefault: number | null): number | null {
  const value = c.raw(key);
  return value === undefined ? byDefault : c.positiveOrNull(key);
}

const gemmaNorm = (c: ConfigReader): Norm => ({...rms(c, 1e-6), weight: "plus-one"});

type Parts = Pick<LayerPlan, "mixer" | "channels"> & Partial<LayerPlan>;

function gemmaRecord(
  c: ConfigReader,
  shape: Shape,
  windows: readonly (number | null)[],
  layer: (window: number | null, layer: number) => Parts,
): RecordParts {
  const norm = gemmaNorm(c);
  return {
    hidden: shape.hidden,
    finalNorm: norm,
    tied: true,
    embeddingScale: Math.sqrt(shape.hidden),
    layers: windows.map((window, i) => {
      const {mixer, channels, ...own} = layer(window, i);
      return layerPlan(mixer, channels, norm, own);
    }),
  };
}
