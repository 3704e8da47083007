/** SmoothQuant on a state-space model: outliers move into the weights wherever a norm stands in front of them. */

import {smoothQuant} from "../engine/equivalent/smoothquant.js";
import {layerTensor, type MambaWeights} from "../engine/mamba/mamba-weights.js";
import {type ChannelMagnitudes, channelMagnitudes} from "./quantize/channel-magnitudes.js";
import {staticMemoryBytes} from "./quantize/memory-bytes.js";
import {type Step, scanQuantizer} from "./scan-quantizer.js";
import {plainStatic} from "./static.js";

/**
 * SmoothQuant where a norm stands in front of a linear layer: of the stream in front of the input projection, and in
 * Mamba2 the gated one in front of the output projection. Mamba has no such seam there. (arXiv 2211.10438, section 4)
 * @param maxAbs the largest |x| of each channel of `mixer.input` and `mixer.output`, by layer.
 */
export function withSmoothedInputs(
  {config, tensors}: MambaWeights,
  maxAbs: ChannelMagnitudes,
  alpha = 0.5,
): MambaWeights {
  const changed = new Map(tensors);
  const smooth = (norm: string, reader: string, largest: ArrayLike<number>): void => {
    const parts = {gain: tensors.get(norm)!, weights: [tensors.get(reader)!]};
    const {gain, weights} = smoothQuant(parts, largest, alpha);
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

const smoothed =
  (alpha: number): Step =>
  async (draft, readTexts) => {
    const sites = ["mixer.input", "mixer.output"] as const;
    const largest = await channelMagnitudes(draft.weights, sites, readTexts, "max");
    return {...draft, weights: withSmoothedInputs(draft.weights, largest, alpha)};
  };

/** SmoothQuant, then static int8. */
export const smoothquantScan = scanQuantizer({
  id: "smoothquant",
  label: "SmoothQuant",
  source: "arXiv:2211.10438, equation 4; on state-space models: arXiv:2410.13229",
  family: "int",
  kind: "baseline",
  params: {
    smoothing: {
      kind: "number",
      label: "Share that moves into the weights",
      help: "SmoothQuant's alpha: 0.5 splits the difficulty evenly.",
      min: 0,
      max: 1,
      step: 0.05,
      default: 0.5,
      advanced: true,
    },
  },
  needs: ["calibration"],
  roundsEnds: false,
  movesWeights: true,
  ownStateScales: false,
  plainQuantizer: plainStatic,
  steps: (_, {smoothing}) => ({weights: [smoothed(smoothing)]}),
  memoryBytes: (config, _, roundsEnds) => staticMemoryBytes(config, roundsEnds),
});
