import {type MambaWeights, mambaOf} from "../../engine/mamba/mamba-weights.js";
import {tensorError} from "../../tensor/error.js";
import type {Tensor} from "../../tensor/tensor.js";
import {type CalibrateMambaOptions, calibrateMamba} from "./calibrate-mamba.js";
import {columnsOf, type Int8Quantizer, rounded} from "./int8-quantizers.js";
import {MAMBA_TENSORS, type MambaTensor, observeMamba, tensorPlace} from "./mamba-tensors.js";

/** Errors of one tensor of one layer, as it is when it is rounded: moved, if the method moves it. */
export interface MambaTensorError {
  readonly layer: number;
  readonly tensor: MambaTensor;
  /** Numbers that were looked at. */
  readonly count: number;
  /** Largest magnitude over the rms of all. */
  readonly absMaxOverRms: number;
  /** Fourth moment over the squared second, about zero: 3 for a Gaussian. */
  readonly kurtosis: number;
  /** Of int8 to the tensor: error energy over energy, and as a ratio in decibels. */
  readonly relativeMse: number;
  readonly sqnrDb: number;
  /** The same of the 99 % of numbers that are smallest: what a step made for the others costs them. */
  readonly ordinarySqnrDb: number;
}

/**
 * The error of every tensor under a method, each by itself: the model computes in float32, and what a quantizer makes of
 * a tensor is compared with it. What earlier errors add is not in it.
 * @throws RangeError as {@link calibrateMamba}, or if there are no texts.
 */
export async function mambaTensorErrors(
  weights: MambaWeights,
  options: CalibrateMambaOptions,
  texts: readonly (readonly number[])[],
): Promise<MambaTensorError[]> {
  const calibrated = await calibrateMamba(weights, options);
  const {config} = calibrated.weights;
  const model = await mambaOf(calibrated.weights, options.backend ? {backend: await options.backend()} : {});
  const seen = observeMamba(model, texts, MAMBA_TENSORS, calibrated.inSpace);
  return Array.from({length: config.layers}, (_, layer) =>
    MAMBA_TENSORS.map((tensor): MambaTensorError => {
      const {site, from, to} = tensorPlace(config, tensor);
      const exact = seen.site(layer, site);
      const left = rowByRow(calibrated.quantizer(layer, site)!, exact);
      return {layer, tensor, ...errorOf(columnsOf(exact, from, to).data, columnsOf(left, from, to).data)};
    }),
  ).flat();
}

/** A state has a shape of its own, so that its rows are packed one at a time; for other tensors it is the same. */
function rowByRow(quantizer: Int8Quantizer, {shape, data}: Tensor): Tensor {
  const columns = shape.at(-1)!;
  const left = new Float32Array(data.length);
  for (let at = 0; at < data.length; at += columns) {
    left.set(rounded(quantizer, {shape: [1, columns], data: data.slice(at, at + columns)}).data, at);
  }
  return {shape, data: left};
}

const ORDINARY = 0.99;

function errorOf(exact: Float32Array, left: Float32Array) {
  const {relativeMse, sqnrDb} = tensorError(exact, left);
  const magnitudes = exact.map(Math.abs).sort();
  const ordinary = tensorError(...smallest(exact, left, magnitudes[Math.ceil(ORDINARY * exact.length) - 1]));
  let [second, fourth] = [0, 0];
  for (const value of exact) {
    const square = value * value;
    second += square;
    fourth += square * square;
  }
  const meanSquare = second / exact.length;
  return {
    count: exact.length,
    absMaxOverRms: magnitudes.at(-1)! / Math.sqrt(meanSquare),
    kurtosis: fourth / exact.length / (meanSquare * meanSquare),
    relativeMse,
    sqnrDb,
    ordinarySqnrDb: ordinary.sqnrDb,
  };
}

/** The numbers of x whose magnitude is at most `most`, and what is left of them. */
function smallest(x: Float32Array, left: Float32Array, most: number): [Float32Array, Float32Array] {
  const kept = new Float32Array(x.length);
  const keptLeft = new Float32Array(x.length);
  let count = 0;
  for (let i = 0; i < x.length; i++) {
    if (Math.abs(x[i]) > most) continue;
    kept[count] = x[i];
    keptLeft[count++] = left[i];
  }
  return [kept.subarray(0, count), keptLeft.subarray(0, count)];
}
