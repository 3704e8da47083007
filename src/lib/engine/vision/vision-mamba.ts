import {requireInteger} from "../../tensor/require.js";
import type {Tensor} from "../../tensor/tensor.js";
import {type Backend, type Linear, referenceBackend} from "../backend.js";
import {normFunction, type RowFunction} from "../norm.js";
import {crossScanMixer, type RunScan, VISION_EPS, type VisionMixer} from "./cross-scan-mixer.js";
import {type VisionConfig, type VisionWeights, visionTensor, visionWeights} from "./vision-weights.js";

/** A classifier of pictures with state-space layers, ready to run. */
export interface VisionMamba {
  readonly config: VisionConfig;
  readonly backend: Backend;
  readonly embed: Linear;
  readonly layers: readonly VisionLayer[];
  readonly norm: RowFunction;
  readonly head: Linear;
}

/** A picture's grey values, row after row, of a square. */
export type GreyPixels = ArrayLike<number>;

/** One layer: the stream gains mixer(norm(h)). */
export interface VisionLayer {
  readonly norm: RowFunction;
  readonly mixer: VisionMixer;
}

function layerNorm({config, tensor}: VisionWeights, name: string, backend: Backend): RowFunction {
  const own = {gain: tensor(`${name}.weight`).data, bias: tensor(`${name}.bias`).data};
  return normFunction({kind: "layer", eps: VISION_EPS}, config.hiddenSize, own, backend);
}

/** A layer of a model by itself. */
export const visionLayer = (weights: VisionWeights, backend: Backend, layer: number): VisionLayer => ({
  norm: layerNorm(weights, visionTensor(layer, "norm"), backend),
  mixer: crossScanMixer(weights, backend, layer),
});

/**
 * The vision Mamba of some tensors: patches, layers that add mixer(norm(h)) to the stream h, and a head on the mean of the
 * normed patches.
 * @throws FormatError as {@link visionWeights}.
 */
export function visionMamba(
  tensors: ReadonlyMap<string, Tensor>,
  backend: Backend = referenceBackend,
): VisionMamba {
  const weights = visionWeights(tensors);
  const {config, tensor} = weights;
  const linear = (name: string) => backend.linear(tensor(`${name}.weight`), tensor(`${name}.bias`).data);
  return {
    config,
    backend,
    embed: linear("patch_embed"),
    layers: Array.from({length: config.layers}, (_, layer) => visionLayer(weights, backend, layer)),
    norm: layerNorm(weights, "norm", backend),
    head: linear("head"),
  };
}

/** Grey values 0 to 255 as numbers from -1 to 1 in patches [L, patch * patch], row after row. */
export function patchesOf({patch}: Pick<VisionConfig, "patch">, pixels: GreyPixels): Float32Array {
  const size = Math.round(Math.sqrt(pixels.length));
  if (size * size !== pixels.length || size % patch !== 0) {
    throw new RangeError(
      `patchesOf: pixels must be a square whose side is a multiple of ${patch}, got ${pixels.length}`,
    );
  }
  const side = size / patch;
  return Float32Array.from({length: pixels.length}, (_, i) => {
    const [place, inside] = [Math.floor(i / (patch * patch)), i % (patch * patch)];
    const row = Math.floor(place / side) * patch + Math.floor(inside / patch);
    const column = (place % side) * patch + (inside % patch);
    return pixels[row * size + column] / 127.5 - 1;
  });
}

/** The scan as the model was trained with it. */
export const wholeScan: RunScan = ({input}, scans) => scans.selectiveScan(input).y;

/** The residual stream [L, hidden] before the first layer. */
export function embedPicture(model: VisionMamba, pixels: GreyPixels): Float32Array {
  return model.embed(patchesOf(model.config, pixels));
}

/** The stream [L, hidden] after one layer. */
export function passLayer(
  {layers}: VisionMamba,
  layer: number,
  h: Float32Array,
  run: RunScan = wholeScan,
): Float32Array {
  requireInteger("passLayer", "layer", layer, 0);
  const {norm, mixer} = layers[layer];
  const update = mixer(norm(h), run);
  return h.map((value, i) => value + update[i]);
}

/** Logits [classes] of the stream behind the last layer. */
export function readClasses({norm, head, config}: VisionMamba, h: Float32Array): Float32Array {
  const normed = norm(h);
  const width = config.hiddenSize;
  const sums = new Float64Array(width);
  for (let i = 0; i < normed.length; i++) sums[i % width] = sums[i % width] + normed[i];
  return head(Float32Array.from(sums, (sum) => (sum * width) / normed.length));
}

/**
 * Logits [classes] of a picture.
 * @throws RangeError if the pixels are no square of whole patches.
 */
export function classify(model: VisionMamba, pixels: GreyPixels, run: RunScan = wholeScan): Float32Array {
  let h = embedPicture(model, pixels);
  for (let layer = 0; layer < model.config.layers; layer++) h = passLayer(model, layer, h, run);
  return readClasses(model, h);
}
