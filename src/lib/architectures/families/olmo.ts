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
import {ropeOf} from "../rope.js";
import {type Shape, shapeOf, widthOf} from "../shape.js";
import {allButEvery} from "../windows.js";

/** OLMo (arXiv:2402.00838): layer norms without weights, clipped queries, keys and values. */
export const olmo: Family = {
  types: ["olmo"],
  architectures: ["OlmoForCausalLM"],
  read(c) {
    const norm: Norm = {kind: "layer", eps: 1e-5, weight: "none", bias: false};
    const shape = shapeOf(c);
    return record(c, shape, {norm, windows: new Array<null>(shape.layers).fill(null)});
  },
};

const AFTER: LayerPlan["normsAt"] = {mixer: ["output"], channels: ["output"]};

/** OLMo 2 (arXiv:2501.00656): RMS norms of what each part gives, and of all queries and keys. */
export const olmo2: Family = {
  types: ["olmo2"],
  architectures: ["Olmo2ForCausalLM"],
  read(c) {
    const shape = shapeOf(c);
    const windows = new Array<null>(shape.layers).fill(null);
    return record(c, shape, {norm: rms(c, 1e-5), windows, normsAt: AFTER});
  },
};

/** OLMo 3: OLMo 2 with a window in three layers of four. */
export const olmo3: Family = {
  types: ["olmo3"],
  architectures: ["Olmo3ForCausalLM"],
  read(c) {
    const shape = shapeOf(c);
    const windows = allButEvery(c, shape.layers, {period: 4, window: 4096});
    return record(c, shape, {norm: rms(c, 1e-5), windows, normsAt: AFTER});
  },
};

interface OlmoRules {
  readonly norm: Norm;
  readonly windows: readonly (number | null)[];
  /** Also: queries and keys are normed. */
  readonly normsAt?: LayerPlan["normsAt"];
}

function record(c: ConfigReader, shape: Shape, {norm, windows, normsAt}: OlmoRules): RecordParts {
  const own = {
    biases: allBiases(c.flag("attention_bias")),
    qkNorm: normsAt === undefined ? null : {norm, over: "all" as const},
    clip: c.positiveOrNull("clip_qkv"),
  };
  const [rope, unscaled] = [ropeOf(c, shape), ropeOf(c, {headDim: shape.headDim, unscaled: true})];
  const activation = activationOf(c, "silu");
  return {
    hidden: shape.hidden,
    finalNorm: norm,
    tied: false,
    layers: windows.map((window, i) =>
      layerPlan(
        attention(shape, i, {...own, window, rope: window === null ? rope : unscaled}),
        gatedNetwork(widthOf(c, shape, i), activation),
        norm,
        normsAt && {normsAt},
      ),
    ),
  };
}
