/** Hadamard space in a state-space model: of the input of its output projections, and of its residual stream. */

import {rotateResidualStream} from "../../engine/equivalent/rotation.js";
import {layerTensor, MAMBA_NAMES, type MambaWeights} from "../../engine/mamba/mamba-weights.js";
import {foldIntoInput, hadamard} from "../../tensor/hadamard.js";
import {staticMemoryBytes} from "../quantize/memory-bytes.js";
import {type Step, scanQuantizer} from "../scan-quantizer.js";
import {plainStatic} from "../static.js";

/**
 * The output projection of every layer for an input in Hadamard space: the model computes the same once
 * `mixer.output` is transformed. (arXiv 2410.13229, section 4.3)
 * @throws RangeError if the inner width has no Hadamard transform.
 */
export function withRotatedOutput({config, tensors}: MambaWeights): MambaWeights {
  const changed = new Map(tensors);
  for (let layer = 0; layer < config.layers; layer++) {
    const name = layerTensor(layer, "mixer.out_proj.weight");
    changed.set(name, foldIntoInput(tensors.get(name)!));
  }
  return {config, tensors: changed};
}

/**
 * The residual stream in Hadamard space, every norm's gain moved into what reads it; a tied head becomes a matrix of its
 * own. (arXiv 2404.00456, section 4, stage 1)
 * @throws RangeError if the hidden width has no Hadamard transform.
 */
export function withRotatedStream({config, tensors}: MambaWeights): MambaWeights {
  const at = (name: string) => tensors.get(name)!;
  const layers = Array.from({length: config.layers}, (_, layer) => ({
    norm: layerTensor(layer, "norm.weight"),
    reader: layerTensor(layer, "mixer.in_proj.weight"),
    writer: layerTensor(layer, "mixer.out_proj.weight"),
    bias: layerTensor(layer, "mixer.out_proj.bias"),
  }));
  const {embedding, norm, head} = MAMBA_NAMES;
  const stream = rotateResidualStream({
    embedding: at(embedding),
    readers: [
      ...layers.map((layer) => ({gain: at(layer.norm), weights: [at(layer.reader)]})),
      {gain: at(norm), weights: [at(config.tied ? embedding : head)]},
    ],
    writers: layers.map(({writer, bias}) => {
      const tensor = tensors.get(bias);
      return {weight: at(writer), ...(tensor && {bias: tensor})};
    }),
  });
  const changed = new Map(tensors).set(embedding, stream.embedding);
  [...layers, {norm, reader: head}].forEach((part, i) => {
    changed.set(part.norm, stream.readers[i].gain).set(part.reader, stream.readers[i].weights[0]);
  });
  layers.forEach(({writer, bias: name}, i) => {
    const {weight, bias} = stream.writers[i];
    changed.set(writer, weight);
    if (bias) changed.set(name, bias);
  });
  return {config: {...config, tied: false}, tensors: changed};
}

/** Rounds the input of every output projection in Hadamard space. */
export const rotatedOutput: Step = (draft) => ({
  ...draft,
  weights: withRotatedOutput(draft.weights),
  inSpace: (site, x) => (site === "mixer.output" ? hadamard(draft.inSpace(site, x)) : draft.inSpace(site, x)),
});

/** Puts the residual stream in Hadamard space. */
export const rotatedStream: Step = (draft) => ({...draft, weights: withRotatedStream(draft.weights)});

/** Quamba's Hadamard rotation of the gated output alone. */
export const hadamardOutput = scanQuantizer({
  id: "hadamard",
  label: "Scan output in Hadamard space",
  source: "Quamba, arXiv:2410.13229, section 4.3",
  family: "state-space",
  kind: "repair",
  params: {},
  needs: ["calibration"],
  roundsEnds: false,
  movesWeights: true,
  ownStateScales: false,
  plainQuantizer: plainStatic,
  steps: () => ({weights: [rotatedOutput]}),
  memoryBytes: (config, _, roundsEnds) => staticMemoryBytes(config, roundsEnds),
});
