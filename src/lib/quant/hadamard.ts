/** A decoder whose residual stream is rotated before its weights are rounded, as in QuaRot. */

import type {DecoderConfig} from "../engine/decoder/config.js";
import {type DecoderWeights, inputGroups} from "../engine/decoder/decoder-weights.js";
import {EMBEDDING_NAME, HEAD_NAME, NORM_NAME} from "../engine/decoder/layer-parts.js";
import {rotateResidualStream} from "../engine/equivalent/rotation.js";
import {fasterRows} from "../kernels/wasm-hadamard.js";
import type {HadamardOptions} from "../tensor/hadamard.js";
import {quantizationMethod} from "./method.js";
import {roundEach} from "./rtn.js";

/**
 * The residual stream in Hadamard space; a tied head becomes a matrix of its own, since the embedding is rotated another
 * way. (arXiv 2404.00456, section 4, stage 1)
 * @throws RangeError if the hidden width has no Hadamard transform, or the stream meets more than RMS norms at the inputs
 * of a layer's parts: no other norm commutes with a rotation.
 */
export function rotatedDecoder(
  {config, tensors}: DecoderWeights,
  options: Pick<HadamardOptions, "transform"> = {},
): DecoderWeights {
  const obstacle = rotationObstacle(config);
  if (obstacle !== undefined)
    throw new RangeError(`rotatedDecoder: the stream must meet RMS norms at inputs alone, got ${obstacle}`);
  const at = (name: string) => tensors.get(name)!;
  const groups = inputGroups({config, tensors});
  const readers = groups.filter(({site}) => site.endsWith(".input"));
  const writers = groups.filter(({site}) => !site.endsWith(".input")).flatMap((group) => group.readers);
  const stream = rotateResidualStream(
    {
      embedding: at(EMBEDDING_NAME),
      readers: [
        ...readers.map((group) => ({gain: at(group.makers[0]), weights: group.readers.map(at)})),
        {gain: at(NORM_NAME), weights: [at(config.tied ? EMBEDDING_NAME : HEAD_NAME)]},
      ],
      writers: writers.map((name) => {
        const bias = tensors.get(biasOf(name));
        return {weight: at(name), ...(bias && {bias})};
      }),
    },
    options,
  );
  const changed = new Map(tensors).set(EMBEDDING_NAME, stream.embedding);
  [...readers, {makers: [NORM_NAME], readers: [HEAD_NAME]}].forEach((group, i) => {
    changed.set(group.makers[0], stream.readers[i].gain);
    group.readers.forEach((name, j) => {
      changed.set(name, stream.readers[i].weights[j]);
    });
  });
  writers.forEach((name, i) => {
    const {weight, bias} = stream.writers[i];
    changed.set(name, weight);
    if (bias) changed.set(biasOf(name), bias);
  });
  return {config: {...config, tied: false}, tensors: changed};
}

/** Name of what a rotation of the stream does not pass; undefined if there is nothing of the kind. */
function rotationObstacle(config: DecoderConfig): string | undefined {
  if (config.positionTable) return "learned positions";
  if (config.embeddingWidth !== config.hiddenSize) return "an embedding of another width";
  if (config.finalNorm === null) return "no norm before the head";
  for (const norm of [config.finalNorm, ...config.plans.map((plan) => plan.norm)]) {
    if (norm.kind !== "rms") return "a layer norm";
    if (norm.weight === "none" || norm.bias) return "a norm without a gain, or with a bias";
  }
  if (config.plans.some(({channels}) => channels.kind === "experts")) return "a router of experts";
  const places = config.plans.flatMap(({normsAt}) => [...normsAt.mixer, ...normsAt.channels]);
  const other = places.find((place) => place !== "input");
  if (other) return `a norm of the ${other}`;
  return config.plans.some(({normsAt}) => normsAt.mixer.length === 0)
    ? "attention without a norm"
    : undefined;
}

const biasOf = (weight: string): string => weight.replace(/weight$/, "bias");

/** The same in WebAssembly where the machine has SIMD: bit for bit. */
export const rotatedFast = async (weights: DecoderWeights): Promise<DecoderWeights> =>
  rotatedDecoder(weights, await fasterRows());

/** Rotation, then round to nearest. */
export const hadamardMethod = quantizationMethod({
  id: "hadamard",
  label: "Rotation",
  source: "arXiv:2404.00456, section 4, stage 1",
  family: "rounding",
  params: {},
  needs: [],
  steps: () => ({transform: rotatedFast, round: roundEach}),
});
