/** Rewritings of a state-space model's weights that change no output but prepare it for quantization. */

import {rotateResidualStream} from "../../engine/equivalent/rotation.js";
import {smoothQuant} from "../../engine/equivalent/smoothquant.js";
import {layerTensor, MAMBA_NAMES, type MambaWeights} from "../../engine/mamba/mamba-weights.js";
import {foldIntoInput} from "../../tensor/hadamard.js";
import type {Tensor} from "../../tensor/tensor.js";
import {rearrangeMixer} from "../quamba2/rearrange.js";
import type {SortedClusters} from "../quamba2/sort-and-cluster.js";

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
 * own. (number formats spec, 6.2)
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

/**
 * SmoothQuant with alpha 0.5 where a norm stands in front of a linear layer: of the stream in front of the input
 * projection, and in Mamba2 the gated one in front of the output projection. Mamba has no such seam there.
 * @param maxAbs the largest |x| of each channel of `mixer.input` and `mixer.output`, by layer.
 */
export function withSmoothedInputs(
  {config, tensors}: MambaWeights,
  maxAbs: (layer: number, site: "mixer.input" | "mixer.output") => ArrayLike<number>,
): MambaWeights {
  const changed = new Map(tensors);
  const smooth = (norm: string, reader: string, largest: ArrayLike<number>): void => {
    const parts = {gain: tensors.get(norm)!, weights: [tensors.get(reader)!]};
    const {gain, weights} = smoothQuant(parts, largest);
    changed.set(norm, gain).set(reader, weights[0]);
  };
  for (let layer = 0; layer < config.layers; layer++) {
    const at = (name: string) => layerTensor(layer, name);
    smooth(at("norm.weight"), at("mixer.in_proj.weight"), maxAbs(layer, "mixer.input"));
    if (config.architecture === "Mamba2ForCausalLM") {
      smooth(at("mixer.norm.weight"), at("mixer.out_proj.weight"), maxAbs(layer, "mixer.output"));
    }
  }
  return {config, tensors: changed};
}

/** Every layer's channels and heads in the order that sorting and clustering found for it. */
export function withSortedChannels(
  {config, tensors}: MambaWeights,
  orders: readonly SortedClusters[],
): MambaWeights {
  const changed = new Map(tensors);
  orders.forEach((order, layer) => {
    const at = (name: string) => layerTensor(layer, `mixer.${name}`);
    const need = (name: string) => tensors.get(at(name))!;
    const [inProjBias, convBias] = [tensors.get(at("in_proj.bias")), tensors.get(at("conv1d.bias"))];
    const sorted = rearrangeMixer(
      {
        inProj: need("in_proj.weight"),
        ...(inProjBias && {inProjBias}),
        convWeight: need("conv1d.weight"),
        ...(convBias && {convBias}),
        dtBias: need("dt_bias"),
        aLog: need("A_log"),
        d: need("D"),
        norm: need("norm.weight"),
        outProj: need("out_proj.weight"),
      },
      order,
    );
    const names: Readonly<Record<string, Tensor | undefined>> = {
      "in_proj.weight": sorted.inProj,
      "in_proj.bias": sorted.inProjBias,
      "conv1d.weight": sorted.convWeight,
      "conv1d.bias": sorted.convBias,
      dt_bias: sorted.dtBias,
      A_log: sorted.aLog,
      D: sorted.d,
      "norm.weight": sorted.norm,
      "out_proj.weight": sorted.outProj,
    };
    for (const [name, tensor] of Object.entries(names)) if (tensor) changed.set(at(name), tensor);
  });
  return {config, tensors: changed};
}
