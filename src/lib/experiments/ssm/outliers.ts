import {mambaOf} from "../../engine/mamba/mamba-weights.js";
import {channelSizes} from "../../engine/observe.js";
import {wasmBackend} from "../../engine/wasm/wasm-backend.js";
import {corpusSeeds} from "../../evaluate/eval-texts.js";
import {experiment} from "../../experiment/experiment.js";
import {MAMBA_TENSORS, observeMamba} from "../../ssm/quantize/mamba-tensors.js";
import {MAMBA_IDS, mambaParam, mambaWeights, needsOfMamba} from "./mambas.js";

/** The state is looked at by what a whole channel of it does: 16 or 64 numbers each. */
const SHOWN = MAMBA_TENSORS.filter((tensor) => tensor !== "state");

/** Largest magnitudes of each channel of each tensor in a state-space model as it was trained. */
export const outliers = experiment({
  id: "ssm/outliers",
  title: "Channels of a state-space model",
  question: "In which tensors of a state-space model do single channels stand out, and how far?",
  source: "arXiv:2410.13229, section 4.1",
  params: {
    model: mambaParam,
    documents: {
      kind: "integer",
      label: "Documents",
      help: "Of 128 tokens, from the test split.",
      min: 1,
      max: 32,
      default: 8,
      advanced: true,
    },
  },
  columns: {
    model: {type: "string", label: "Model"},
    layer: {type: "integer", label: "Layer"},
    tensor: {type: "string", label: "Tensor"},
    channel: {type: "integer", label: "Channel"},
    absMaxOverRms: {
      type: "number",
      label: "Largest magnitude over the rms of the whole tensor",
      provenance: "measured",
    },
  },
  needs: MAMBA_IDS.map((id) => `weights/${id}` as const),
  needsOf: needsOfMamba,
  sweep: MAMBA_IDS.map((model) => ({model})),
  async run({model, documents}, {data, progress}) {
    const weights = mambaWeights(model, data);
    const [seed] = corpusSeeds({seeds: [4242], documents});
    const mamba = await mambaOf(weights, {backend: await wasmBackend()});
    await progress(0.2, model);
    const texts = seed.texts.map(({tokens}) => tokens.slice(0, -1));
    const seen = observeMamba(mamba, texts, SHOWN);
    return Array.from({length: weights.config.layers}, (_, layer) =>
      SHOWN.flatMap((tensor) => {
        const {absMax, rms} = channelSizes(seen.tensor(layer, tensor));
        const typical = Math.sqrt(rms.reduce((sum, value) => sum + value * value, 0) / rms.length);
        return Array.from(absMax, (most, channel) => ({
          model,
          layer,
          tensor,
          channel,
          absMaxOverRms: typical === 0 ? 0 : most / typical,
          provenance: "measured" as const,
        }));
      }),
    ).flat();
  },
});
