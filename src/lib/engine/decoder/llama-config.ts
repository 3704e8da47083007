import type {Norm} from "../../architectures/record/norm.js";
import type {DecoderConfig, DecoderLayerPlan} from "./config.js";

/** Sizes of a decoder by the rules of Llama. */
export interface LlamaSizes
  extends Pick<
    DecoderConfig,
    | "hiddenSize"
    | "intermediateSize"
    | "layers"
    | "heads"
    | "kvHeads"
    | "headDim"
    | "vocabSize"
    | "maxPositions"
  > {
  readonly normEps: number;
  readonly ropeTheta: number;
}

/** A decoder by the rules of Llama 2, without biases, its head a matrix of its own. */
export function llamaConfig({normEps, ropeTheta, ...sizes}: LlamaSizes): DecoderConfig {
  const {layers, heads, kvHeads, headDim, intermediateSize, hiddenSize} = sizes;
  const norm: Norm = {kind: "rms", eps: normEps, weight: "plain", bias: false};
  const plan: DecoderLayerPlan = {
    mixer: {
      kind: "attention",
      heads,
      kvHeads,
      headDim,
      window: null,
      causal: true,
      rope: {theta: ropeTheta, dim: headDim, pairs: "halves", scaling: null},
      scale: 1 / Math.sqrt(headDim),
      softcap: null,
      biases: {q: false, k: false, v: false, o: false},
      qkNorm: null,
      clip: null,
      alibi: false,
      sinks: false,
      gated: false,
      sharesKvOf: null,
    },
    channels: {
      kind: "dense",
      width: intermediateSize,
      gated: true,
      activation: "silu",
      biases: {up: false, down: false},
    },
    norm,
    normsAt: {mixer: ["input"], channels: ["input"]},
    parallel: false,
    residualScale: 1,
  };
  return {
    architecture: "LlamaForCausalLM",
    family: "llama",
    ...sizes,
    tied: false,
    headBias: false,
    embeddingScale: 1,
    embeddingWidth: hiddenSize,
    positionTable: null,
    logitScale: 1,
    logitSoftcap: null,
    finalNorm: norm,
    masked: null,
    plans: Array<DecoderLayerPlan>(layers).fill(plan),
  };
}
