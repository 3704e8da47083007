/** A state-space model's weights by their published names, to be rewritten as a whole before the model is made of them. */

import type {Checkpoint} from "../../io/checkpoint.js";
import type {Tensor} from "../../tensor/tensor.js";
import {DEFAULT_MAX_BYTES, type LoadOptions} from "../decoder/load-decoder.js";
import {checkFits, heldCheckpoint, planReader, unusedNames} from "../tensor-plan.js";
import {loadMamba, type Mamba, planMamba} from "./load-mamba.js";
import type {MambaConfig} from "./mamba-config.js";

/** All tensors of a model; a tied head is not among them. */
export interface MambaWeights {
  readonly config: MambaConfig;
  readonly tensors: ReadonlyMap<string, Tensor>;
  /** Names of tensors in the file that no part of the model takes; by default none. */
  readonly unused?: readonly string[];
}

/** Names of the tensors outside the layers in checkpoints of state-space models. */
export const MAMBA_NAMES = {
  embedding: "backbone.embeddings.weight",
  norm: "backbone.norm_f.weight",
  head: "lm_head.weight",
} as const;

/** The published name of a tensor of a layer, such as `mixer.in_proj.weight`. */
export function layerTensor(layer: number, name: string): string {
  return `backbone.layers.${layer}.${name}`;
}

/**
 * Reads every tensor that the config needs, unless all of them take more than `maxBytes` as float32.
 * @throws FormatError as {@link planMamba}, with kind `does-not-fit`, or if a tensor cannot be read.
 */
export async function readMambaWeights(
  checkpoint: Checkpoint,
  config: MambaConfig,
  {maxBytes = DEFAULT_MAX_BYTES}: Pick<LoadOptions, "maxBytes"> = {},
): Promise<MambaWeights> {
  const plan = planMamba(checkpoint.tensors, config);
  checkFits("readMambaWeights", plan.values(), maxBytes);
  const tensors = new Map<string, Tensor>();
  const read = planReader(checkpoint, plan);
  for (const name of plan.keys()) tensors.set(name, await read(name));
  return {
    config: {...config, tied: !plan.has(MAMBA_NAMES.head)},
    tensors,
    unused: unusedNames(checkpoint.tensors, plan),
  };
}

/** Makes the model. @throws FormatError as {@link loadMamba}, if a tensor is missing or has another shape. */
export function mambaOf({config, tensors}: MambaWeights, options: LoadOptions = {}): Promise<Mamba> {
  return loadMamba(heldCheckpoint(tensors), config, options);
}

/**
 * Widths of the parts of the input projection's output, in order: x and z as one in Mamba, whose kernels let them share
 * a scale; z, x, B, C and dt in Mamba2.
 */
export function projectionParts(config: MambaConfig): readonly number[] {
  if (config.architecture === "MambaForCausalLM") return [2 * config.innerSize];
  const BC = config.groups * config.stateSize;
  return [config.innerSize, config.innerSize, BC, BC, config.heads];
}

/** Widths of what passes the convolution: x in Mamba; x, B and C in Mamba2. */
export function convParts(config: MambaConfig): readonly number[] {
  return config.architecture === "MambaForCausalLM"
    ? [config.innerSize]
    : projectionParts(config).slice(1, 4);
}
