import {forward} from "../../engine/decoder/decoder.js";
import type {DecoderWeights} from "../../engine/decoder/decoder-weights.js";
import type {Decoder} from "../../engine/decoder/load-decoder.js";
import {transpose} from "../../tensor/transpose.js";
import {type ChannelFactorOptions, type ChannelFactors, channelFactors, fitChannelFactors} from "./cskv.js";

/** The factors of the key and value projections of every layer. */
export interface CskvFactors {
  readonly keys: readonly ChannelFactors[];
  readonly values: readonly ChannelFactors[];
}

/** Ranks of CSKV's factors and the weighting of channels. */
export interface CskvCalibration extends Pick<ChannelFactorOptions, "alpha"> {
  readonly rankK: number;
  readonly rankV: number;
  /** Rounds of least squares after the decomposition. */
  readonly fitSteps?: number;
}

/**
 * Factors of every layer's key and value projections: the decomposition weighted with the size of the calibration texts'
 * activations, then fitted to them by least squares.
 * @param inputs of the model's layers, from {@link attentionInputs}
 * @throws RangeError if the projections have biases, which features do not carry, if norms or clipping follow them, or as {@link channelFactors}.
 */
export function calibrateCskv(
  weights: DecoderWeights,
  inputs: readonly InputStatistics[],
  {rankK, rankV, alpha = 0.5, fitSteps = 2}: CskvCalibration,
): CskvFactors {
  const hasBias = (layer: number) =>
    ["k_proj", "v_proj"].some((name) => weights.tensors.has(`model.layers.${layer}.self_attn.${name}.bias`));
  weights.config.plans.forEach(({mixer}, layer) => {
    if (hasBias(layer))
      throw new RangeError("calibrateCskv: key and value projections must have no bias, got biases");
    if (mixer.qkNorm !== null || mixer.clip !== null)
      throw new RangeError("calibrateCskv: keys must be as they are projected, got a norm or clipping");
  });
  const shrunk = (name: string, rank: number) =>
    inputs.map(({means, gram}, layer) => {
      const {shape, data} = weights.tensors.get(`model.layers.${layer}.self_attn.${name}.weight`)!;
      const [out, width] = shape as [number, number];
      const w = transpose(data, out, width);
      const start = channelFactors(w, width, rank, {activationMeans: means, alpha});
      return fitChannelFactors(w, start, gram, fitSteps);
    });
  return {keys: shrunk("k_proj", rankK), values: shrunk("v_proj", rankV)};
}

/** Mean |x| of each input channel of a layer's attention, and X^T X over the texts. */
export interface InputStatistics {
  readonly means: Float64Array;
  readonly gram: Float64Array;
}

/** Inputs of the attention of every layer while the model reads texts. @throws RangeError as {@link forward}. */
export function attentionInputs(model: Decoder, texts: readonly (readonly number[])[]): InputStatistics[] {
  const {hiddenSize: width, layers} = model.config;
  const sums = Array.from({length: layers}, () => ({
    means: new Float64Array(width),
    gram: new Float64Array(width * width),
  }));
  const tokens = texts.reduce((sum, {length}) => sum + length, 0);
  for (const ids of texts) {
    forward(model, ids, {
      rows: "last",
      hooks: {
        tensor(site, layer, x) {
          if (site === "attention.input") addStatistics(sums[layer], x, width, tokens);
          return undefined;
        },
      },
    });
  }
  for (const {gram} of sums) mirror(gram, width);
  return sums;
}

/** The upper triangle from the lower. */
function mirror(x: Float64Array, n: number): void {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) x[j * n + i] = x[i * n + j];
  }
}

/** Adds to the lower triangle of X^T X. */
function addStatistics({means, gram}: InputStatistics, x: Float32Array, width: number, tokens: number): void {
  for (let at = 0; at < x.length; at += width) {
    for (let i = 0; i < width; i++) {
      const value = x[at + i];
      const row = i * width;
      means[i] = means[i] + Math.abs(value) / tokens;
      for (let j = 0; j <= i; j++) gram[row + j] = gram[row + j] + value * x[at + j];
    }
  }
}
