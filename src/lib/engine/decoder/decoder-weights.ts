/** A decoder's weights by their published names, to be rewritten as a whole before the model is made of them. */

import type {Checkpoint} from "../../io/checkpoint.js";
import type {TensorInfo} from "../../io/safetensors.js";
import type {Tensor} from "../../tensor/tensor.js";
import type {Site} from "../hooks.js";
import {checkFits} from "../tensor-plan.js";
import type {DecoderConfig} from "./config.js";
import {DEFAULT_MAX_BYTES, type Decoder, type LoadOptions, loadDecoder, planTensors} from "./load-decoder.js";

/** All tensors of a model; a tied head is not among them. */
export interface DecoderWeights {
  readonly config: DecoderConfig;
  readonly tensors: ReadonlyMap<string, Tensor>;
}

/** Linear layers that read the same input, and what makes that input. */
export interface InputGroup {
  readonly layer: number;
  /** Site at which the input can be seen. */
  readonly site: Extract<Site, "attention.input" | "attention.output" | "mlp.input" | "mlp.hidden">;
  /** Weights [out, in], by name. */
  readonly readers: readonly string[];
  /** Tensors whose rows (or entries) are the input's channels, to take up a scale; none where no tensor can. */
  readonly makers: readonly string[];
}

/** Name of the embedding in checkpoints. */
export const EMBEDDING_NAME = "model.embed_tokens.weight";
/** Name of the last norm's gain in checkpoints. */
export const NORM_NAME = "model.norm.weight";
/** Name of the output head in checkpoints; absent where it is the embedding. */
export const HEAD_NAME = "lm_head.weight";

/**
 * Reads every tensor that the config requires, unless all of them take more than `maxBytes` as float32.
 * @throws FormatError as {@link planTensors}, with kind `does-not-fit`, or if a tensor cannot be read.
 */
export async function readDecoderWeights(
  checkpoint: Checkpoint,
  config: DecoderConfig,
  {maxBytes = DEFAULT_MAX_BYTES}: Pick<LoadOptions, "maxBytes"> = {},
): Promise<DecoderWeights> {
  const plan = planTensors(checkpoint.tensors, config);
  checkFits("loadDecoder", plan.values(), maxBytes);
  const tensors = new Map<string, Tensor>();
  for (const [name, stored] of plan) {
    tensors.set(name, await checkpoint.read(stored.name));
  }
  return {config, tensors};
}

/** Makes the model. @throws FormatError as {@link loadDecoder}, if a tensor is missing or has another shape. */
export function decoderOf({config, tensors}: DecoderWeights, options: LoadOptions = {}): Promise<Decoder> {
  const infos = new Map<string, TensorInfo>();
  for (const [name, {shape}] of tensors) infos.set(name, {name, dtype: "F32", shape, begin: 0, end: 0});
  return loadDecoder({tensors: infos, read: async (name) => tensors.get(name)!}, config, options);
}

/**
 * The four inputs of every layer. The output projection's input is made by the value projection, channel by channel,
 * only where every head has its own values; with grouped heads a channel of v feeds several.
 */
export function inputGroups({config, tensors}: DecoderWeights): InputGroup[] {
  const withBias = (name: string) => [`${name}.weight`, `${name}.bias`].filter((part) => tensors.has(part));
  return Array.from({length: config.layers}, (_, layer): InputGroup[] => {
    const prefix = `model.layers.${layer}`;
    const attention = `${prefix}.self_attn`;
    const weights = (of: string, names: readonly string[]) =>
      names.map((name) => `${of}.${name}_proj.weight`);
    return [
      {
        layer,
        site: "attention.input",
        readers: weights(attention, ["q", "k", "v"]),
        makers: [`${prefix}.input_layernorm.weight`],
      },
      {
        layer,
        site: "attention.output",
        readers: weights(attention, ["o"]),
        makers: config.heads === config.kvHeads ? withBias(`${attention}.v_proj`) : [],
      },
      {
        layer,
        site: "mlp.input",
        readers: weights(`${prefix}.mlp`, ["gate", "up"]),
        makers: [`${prefix}.post_attention_layernorm.weight`],
      },
      {
        layer,
        site: "mlp.hidden",
        readers: weights(`${prefix}.mlp`, ["down"]),
        makers: withBias(`${prefix}.mlp.up_proj`),
      },
    ];
  }).flat();
}
