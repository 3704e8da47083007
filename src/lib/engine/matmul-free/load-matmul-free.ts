import type {Checkpoint} from "../../io/checkpoint.js";
import type {TensorInfo} from "../../io/safetensors.js";
import type {Tensor} from "../../tensor/tensor.js";
import {DEFAULT_MAX_BYTES, type LoadOptions} from "../decoder/load-decoder.js";
import {
  checkFits,
  heldCheckpoint,
  planReader,
  planShapes,
  shapesOfLayers,
  type TensorPlan,
  unusedNames,
} from "../tensor-plan.js";
import {bitLinear, normedLinear, type WideLinear} from "./bit-linear.js";
import {lowerBounds} from "./gated-recurrence.js";
import type {MatMulFreeConfig} from "./matmul-free-config.js";

/** A language model without products of matrices, ready to run. */
export interface MatMulFree {
  readonly config: MatMulFreeConfig;
  /** [vocab, hidden] */
  readonly embedding: Float32Array;
  readonly layers: readonly MatMulFreeLayer[];
  /** Weight of the last norm. */
  readonly norm: Float32Array;
  readonly head: WideLinear;
  /** Names of tensors in the file that no part of the model takes. */
  readonly unused: readonly string[];
}

/** One layer: a gated recurrence over the tokens, and a gated network over the channels. */
export interface MatMulFreeLayer {
  readonly mixerNorm: Float32Array;
  readonly input: WideLinear;
  readonly forget: WideLinear;
  readonly gate: WideLinear;
  readonly output: WideLinear;
  /** Weight of the norm of the gate. */
  readonly gateNorm: Float32Array;
  /** What the forget gates do not fall below, [inner]. */
  readonly bound: Float64Array;
  readonly networkNorm: Float32Array;
  /** Gate and up projection in one matrix: the gate first. */
  readonly gateUp: WideLinear;
  readonly down: WideLinear;
}

/** All tensors of a model by their names. */
export interface MatMulFreeWeights {
  readonly config: MatMulFreeConfig;
  readonly tensors: ReadonlyMap<string, Tensor>;
}

const EMBEDDING = "model.embeddings.weight";
const BOUNDS = "model.lower_bounds";
const HEAD = "lm_head";

/**
 * Loads a model from a checkpoint. All shapes are checked before the first tensor is read.
 * @throws FormatError with kind `missing-tensor` or `bad-shape` naming the tensor, or `does-not-fit`.
 */
export async function loadMatMulFree(
  checkpoint: Checkpoint,
  config: MatMulFreeConfig,
  {maxBytes = DEFAULT_MAX_BYTES, transform}: Pick<LoadOptions, "maxBytes" | "transform"> = {},
): Promise<MatMulFree> {
  const plan = planMatMulFree(checkpoint.tensors, config);
  checkFits("loadMatMulFree", plan.values(), maxBytes);
  const tensor = planReader(checkpoint, plan, transform);
  const gain = async (name: string) => (await tensor(`${name}.weight`)).data;
  const makeLinear = config.ternary ? bitLinear : normedLinear;
  const linear = async (name: string) =>
    makeLinear(await tensor(`${name}.weight`), await gain(`${name}.norm`));
  const {layers: count, innerSize} = config;
  const bounds = config.bounded
    ? lowerBounds((await tensor(BOUNDS)).data, count)
    : new Float64Array(count * innerSize);
  const embedding = await tensor(EMBEDDING);
  const layers: MatMulFreeLayer[] = [];
  for (let layer = 0; layer < count; layer++) {
    const at = (name: string) => `model.layers.${layer}.${name}`;
    layers.push({
      mixerNorm: await gain(at("attn_norm")),
      input: await linear(at("attn.i_proj")),
      forget: await linear(at("attn.f_proj")),
      gate: await linear(at("attn.g_proj")),
      output: await linear(at("attn.o_proj")),
      gateNorm: await gain(at("attn.g_norm")),
      bound: bounds.slice(layer * innerSize, (layer + 1) * innerSize),
      networkNorm: await gain(at("mlp_norm")),
      gateUp: await linear(at("mlp.gate_proj")),
      down: await linear(at("mlp.down_proj")),
    });
  }
  const headWeight = plan.has(`${HEAD}.weight`) ? await tensor(`${HEAD}.weight`) : embedding;
  return {
    config,
    embedding: embedding.data,
    layers,
    norm: await gain("model.norm"),
    head: makeLinear(headWeight, await gain(`${HEAD}.norm`)),
    unused: unusedNames(checkpoint.tensors, plan),
  };
}

/** Makes the model of tensors in memory. @throws FormatError as {@link loadMatMulFree}. */
export function matMulFreeOf({config, tensors}: MatMulFreeWeights): Promise<MatMulFree> {
  return loadMatMulFree(heldCheckpoint(tensors), config);
}

/**
 * Finds every tensor that `config` needs.
 * @throws FormatError with kind `missing-tensor` or `bad-shape`.
 */
export function planMatMulFree(
  tensors: ReadonlyMap<string, TensorInfo>,
  config: MatMulFreeConfig,
): TensorPlan {
  const head = {name: `${HEAD}.weight`, shape: [config.vocabSize, config.hiddenSize], tied: config.tied};
  return planShapes("loadMatMulFree", tensors, matMulFreeShapes(config), head);
}

/** Names and shapes of all tensors but the head's matrix, by the names of ridgerchu/matmulfreellm. */
export function matMulFreeShapes(config: MatMulFreeConfig): Readonly<Record<string, readonly number[]>> {
  const {vocabSize, hiddenSize: d, innerSize: inner, intermediateSize, layers, bounded} = config;
  const matrices: Readonly<Record<string, readonly [out: number, inputs: number]>> = {
    "attn.i_proj": [inner, d],
    "attn.f_proj": [inner, d],
    "attn.g_proj": [inner, d],
    "attn.o_proj": [d, inner],
    "mlp.gate_proj": [2 * intermediateSize, d],
    "mlp.down_proj": [d, intermediateSize],
  };
  const norms = {attn_norm: d, mlp_norm: d, "attn.g_norm": inner};
  const ofLayer = Object.fromEntries([
    ...Object.entries(matrices).flatMap(([name, [out, inputs]]) => [
      [`${name}.weight`, [out, inputs]] as const,
      [`${name}.norm.weight`, [inputs]] as const,
    ]),
    ...Object.entries(norms).map(([name, size]) => [`${name}.weight`, [size]] as const),
  ]);
  return {
    [EMBEDDING]: [vocabSize, d],
    ...(bounded && {[BOUNDS]: [layers, inner]}),
    "model.norm.weight": [d],
    [`${HEAD}.norm.weight`]: [d],
    ...shapesOfLayers(layers, ofLayer),
  };
}
