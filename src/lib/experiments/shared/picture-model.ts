/** The classifier of pictures that comes with the library, and passes over its pictures. */
import type {RunScan} from "../../engine/vision/cross-scan-mixer.js";
import {
  embedPicture,
  passLayer,
  readClasses,
  type VisionMamba,
  visionMamba,
} from "../../engine/vision/vision-mamba.js";
import {wasmBackend} from "../../engine/wasm/wasm-backend.js";
import type {TensorSet} from "../../experiment/experiment.js";
import type {Split} from "../../tasks/corpus.js";
import {type Picture, picture} from "../../tasks/pictures/picture.js";
import {softmax} from "../../tensor/softmax.js";

/** The data set of its weights. */
export const PICTURE_MODEL = "classifier/vision-mamba-small";

/** The model with kernels in WebAssembly. */
export const pictureModel = async (tensors: TensorSet): Promise<VisionMamba> =>
  visionMamba(tensors, await wasmBackend());

/** `count` pictures of a split from a place on. */
export const pictures = (split: Split, from: number, count: number): Picture[] =>
  Array.from({length: count}, (_, i) => picture(split, from + i));

/** Reading of a picture: whether its class has the largest logit, and the cross-entropy in nats. */
export interface Reading {
  readonly isRight: boolean;
  readonly loss: number;
}

/** The reading of logits for a label. */
export function readingOf(logits: Float32Array, label: number): Reading {
  const chances = softmax(logits);
  return {isRight: logits.every((logit) => logit <= logits[label]), loss: -Math.log(chances[label])};
}

/** A picture whose stream before every layer is kept, so that later passes begin at the first layer they change. */
export interface KeptPicture {
  readonly label: number;
  /** [L, hidden] before each layer. */
  readonly streams: readonly Float32Array[];
  readonly whole: Reading;
}

/** Passes a picture once as the model is. */
export function keptPicture(model: VisionMamba, {pixels, label}: Picture): KeptPicture {
  const streams: Float32Array[] = [];
  let h = embedPicture(model, pixels);
  for (let layer = 0; layer < model.config.layers; layer++) {
    streams.push(h);
    h = passLayer(model, layer, h);
  }
  return {label, streams, whole: readingOf(readClasses(model, h), label)};
}

/** The reading of a picture whose scans run otherwise in layer `from` and later ones. */
export function readAgain(
  model: VisionMamba,
  {label, streams}: KeptPicture,
  from: number,
  run: RunScan,
): Reading {
  let h = streams[from];
  for (let layer = from; layer < model.config.layers; layer++) h = passLayer(model, layer, h, run);
  return readingOf(readClasses(model, h), label);
}

/** The mean of the losses of some readings. */
export const meanLoss = (readings: readonly Reading[]): number =>
  readings.reduce((sum, {loss}) => sum + loss, 0) / readings.length;

/** Readings that are right. */
export const countRight = (readings: readonly Reading[]): number =>
  readings.filter(({isRight}) => isRight).length;
