import type {MambaConfig} from "../../engine/mamba/mamba-config.js";
import {convParts, projectionParts} from "../../engine/mamba/mamba-weights.js";
import {mamba1Shapes} from "../../engine/mamba/mamba1-mixer.js";
import {mamba2Shapes} from "../../engine/mamba/mamba2-mixer.js";
import type {WeightBytes, WeightScheme} from "./round-weights.js";

/** Options beside shapes and scheme that decide how many bytes a model takes. */
export interface FootprintOptions {
  /** Embedding and head are rounded as the mixers are. */
  readonly roundsEnds?: boolean;
  /** Inputs that share a 4-bit scale, and the bytes of that scale; rows that are no longer have one of float32. */
  readonly groupSize?: number;
  readonly groupScaleBytes?: number;
}

/**
 * The bytes that a model of these shapes packs into, without its weights: what `roundMambaWeights` counts. A head that is
 * the embedding takes none.
 */
export function mambaFootprint(
  config: MambaConfig,
  scheme: WeightScheme,
  {roundsEnds = false, groupSize = 128, groupScaleBytes = scheme === "w4a8" ? 2 : 4}: FootprintOptions = {},
): WeightBytes {
  const {vocabSize, hiddenSize, layers, tied} = config;
  const matrix = (rows: number, columns: number, own: WeightScheme, parts = 1): number => {
    if (own === "w16") return 2 * rows * columns;
    if (own === "w8") return rows * columns + 4 * parts;
    const codes = Math.ceil((rows * columns) / 2);
    if (columns <= groupSize) return codes + 4 * rows;
    const channelScales = own === "w4a8" ? 4 * rows : 0;
    return codes + channelScales + groupScaleBytes * rows * Math.ceil(columns / groupSize);
  };
  const shapes = config.architecture === "MambaForCausalLM" ? mamba1Shapes(config) : mamba2Shapes(config);
  let [mixer, norms] = [0, 2 * hiddenSize];
  for (const [name, shape] of Object.entries(shapes)) {
    const count = shape.reduce((product, size) => product * size, 1);
    if (name === "norm.weight") norms += 2 * count;
    else if (name.endsWith("proj.weight")) {
      const parts = name === "in_proj.weight" ? projectionParts(config).length : 1;
      mixer += matrix(shape[0], shape[1], scheme, parts);
    } else if (scheme === "w16" || scheme === "w4a16" || /(in|out)_proj\.bias$/.test(name))
      mixer += 2 * count;
    else mixer += count + 4 * (name.startsWith("conv1d") ? convParts(config).length : 1);
  }
  const ends: WeightScheme = roundsEnds ? scheme : "w16";
  const embeddingBits = ends === "w8" ? 8 : 4;
  return {
    mixers: layers * mixer,
    embedding:
      ends === "w16"
        ? 2 * vocabSize * hiddenSize
        : Math.ceil((vocabSize * hiddenSize * embeddingBits) / 8) + 2 * vocabSize,
    head: tied ? 0 : matrix(vocabSize, hiddenSize, ends),
    norms: layers * norms + 2 * hiddenSize,
  };
}
