import {FormatError} from "../../io/format-error.js";
import type {Tensor} from "../../tensor/tensor.js";
import {DIRECTIONS} from "./cross-scan.js";

/** Sizes of a vision Mamba, all of which follow from the shapes of its tensors. */
export interface VisionConfig {
  readonly hiddenSize: number;
  readonly innerSize: number;
  readonly layers: number;
  readonly stateSize: number;
  readonly timeStepRank: number;
  /** Places of a side that the convolution sees. */
  readonly convWidth: number;
  /** Pixels of a side of a patch. */
  readonly patch: number;
  readonly classes: number;
}

/** Tensors of a vision Mamba by name, checked to be there with the shapes that the sizes say. */
export interface VisionWeights {
  readonly config: VisionConfig;
  tensor(name: string): Tensor;
}

/** The name of a tensor of a layer. */
export const visionTensor = (layer: number, name: string): string => `layers.${layer}.${name}`;

/** Matrices of a layer whose weights multiply activations, by their names after the layer's. */
export const VISION_MATRICES = [
  "op.in_proj.weight",
  "op.x_proj_weight",
  "op.dt_projs_weight",
  "op.out_proj.weight",
] as const;

function layerShapes(config: VisionConfig): Readonly<Record<string, readonly number[]>> {
  const {hiddenSize: h, innerSize: d, stateSize: n, timeStepRank: r, convWidth: w} = config;
  return {
    "norm.weight": [h],
    "norm.bias": [h],
    "op.in_proj.weight": [2 * d, h],
    "op.conv2d.weight": [d, 1, w, w],
    "op.conv2d.bias": [d],
    "op.x_proj_weight": [DIRECTIONS, r + 2 * n, d],
    "op.dt_projs_weight": [DIRECTIONS, d, r],
    "op.dt_projs_bias": [DIRECTIONS, d],
    "op.A_logs": [DIRECTIONS * d, n],
    "op.Ds": [DIRECTIONS * d],
    "op.out_norm.weight": [d],
    "op.out_norm.bias": [d],
    "op.out_proj.weight": [h, d],
  };
}

/** Every tensor of a model of these sizes with its shape. */
export function visionShapes(config: VisionConfig): ReadonlyMap<string, readonly number[]> {
  const {hiddenSize: h, patch, classes, layers} = config;
  const own = Object.entries(layerShapes(config));
  return new Map([
    ["patch_embed.weight", [h, patch * patch]],
    ["patch_embed.bias", [h]],
    ...Array.from({length: layers}, (_, layer) =>
      own.map(([name, shape]) => [visionTensor(layer, name), shape] as const),
    ).flat(),
    ["norm.weight", [h]],
    ["norm.bias", [h]],
    ["head.weight", [classes, h]],
    ["head.bias", [classes]],
  ]);
}

/**
 * The tensors of a vision Mamba, as training/publish_vision.py writes them: VMamba's names.
 * @throws FormatError with kind `missing-tensor` or `bad-shape` naming the tensor.
 */
export function visionWeights(tensors: ReadonlyMap<string, Tensor>): VisionWeights {
  const tensor = (name: string): Tensor => {
    const found = tensors.get(name);
    if (found === undefined) throw refusal("missing-tensor", name, "none", "a tensor");
    return found;
  };
  const config = sizesOf(tensors, tensor);
  for (const [name, shape] of visionShapes(config)) {
    const found = tensor(name).shape;
    if (found.join() !== shape.join()) throw refusal("bad-shape", name, listed(found), listed(shape));
  }
  return {config, tensor};
}

function sizesOf(tensors: ReadonlyMap<string, Tensor>, tensor: (name: string) => Tensor): VisionConfig {
  const first = (name: string) => tensor(visionTensor(0, name)).shape;
  const [hiddenSize, pixels] = tensor("patch_embed.weight").shape;
  let layers = 0;
  while (tensors.has(visionTensor(layers, "norm.weight"))) layers++;
  const [, stateSize] = first("op.A_logs");
  const [, innerSize, timeStepRank] = first("op.dt_projs_weight");
  return {
    hiddenSize,
    innerSize,
    layers,
    stateSize,
    timeStepRank,
    convWidth: first("op.conv2d.weight")[3],
    patch: Math.round(Math.sqrt(pixels)),
    classes: tensor("head.weight").shape[0],
  };
}

const listed = (shape: readonly number[]): string => `[${shape.join(", ")}]`;

const refusal = (kind: "missing-tensor" | "bad-shape", field: string, value: string, allowed: string) =>
  new FormatError("visionWeights", {kind, offset: null, field, value, allowed});
