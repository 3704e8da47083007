import {decoderOf} from "../../engine/decoder/decoder-weights.js";
import {channelSizes, observe, singularValues} from "../../engine/observe.js";
import {wasmBackend} from "../../engine/wasm/wasm-backend.js";
import {corpusSeeds} from "../../evaluate/eval-texts.js";
import {experiment} from "../../experiment/experiment.js";
import type {Tensor} from "../../tensor/tensor.js";
import {DECODER_IDS, DECODER_NEEDS, decoderWeights, SMALL_DECODERS} from "../shared/decoders.js";
import {CHANNEL_SITES, KV_SITES} from "./inside.js";

const SITES = [...CHANNEL_SITES.slice(0, 1), ...KV_SITES, ...CHANNEL_SITES.slice(1)] as const;
/** The share of the squared length that a low-rank cache would have to keep. */
const KEPT_ENERGY = 0.95;

/** Outlier channels of every layer, and the number of dimensions that the cache really uses. */
export const activations = experiment({
  id: "models/activations",
  title: "Outlier channels and spectra",
  question:
    "Where in a model do single channels stand out, and how many dimensions do keys and values really use?",
  source: "outlier channels: arXiv:2208.07339; spectra of keys and values: arXiv:2503.18893",
  params: {
    models: {kind: "choices", label: "Models", options: DECODER_IDS, default: SMALL_DECODERS},
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
    site: {type: "string", label: "Site"},
    channels: {type: "integer", label: "Channels"},
    tokens: {type: "integer", label: "Tokens"},
    absMaxOverRms: {type: "number", label: "Largest magnitude over the rms of all", provenance: "measured"},
    outlierRatio: {
      type: "number",
      label: "Rms of the largest channel over that of the median one",
      provenance: "measured",
    },
    rank: {
      type: "integer",
      label: `Directions that hold ${100 * KEPT_ENERGY} % of the squared length of keys or values`,
      provenance: "measured",
      nullable: true,
    },
  },
  needs: DECODER_NEEDS,
  needsOf: ({models}) => models.map((model) => `weights/${model}` as const),
  sweep: [{}],
  async run({models, documents}, {data, progress}) {
    const [seed] = corpusSeeds({seeds: [4242], documents});
    const rows = [];
    for (const [n, model] of models.entries()) {
      const weights = decoderWeights(model, data);
      const decoder = await decoderOf(weights, {backend: await wasmBackend()});
      const seen = [];
      for (const [i, {tokens}] of seed.texts.entries()) {
        await progress((n + i / documents) / models.length, model);
        seen.push(observe(decoder, tokens.slice(0, -1), SITES));
      }
      for (let layer = 0; layer < weights.config.layers; layer++) {
        for (const site of SITES) {
          const x = stacked(seen.map((each) => each.tensor(site, layer)));
          const rank = isKv(site) ? rankOf(singularValues(x)) : null;
          rows.push({model, layer, site, ...standsOut(x), rank, provenance: "measured" as const});
        }
      }
    }
    return rows;
  },
});

function stacked(parts: readonly Tensor[]): Tensor {
  const columns = parts[0].shape[1];
  const data = Float32Array.from(parts.flatMap((part) => Array.from(part.data)));
  return {shape: [data.length / columns, columns], data};
}

function isKv(site: string): boolean {
  return (KV_SITES as readonly string[]).includes(site);
}

function standsOut(x: Tensor) {
  const {absMax, rms} = channelSizes(x);
  const [tokens, channels] = x.shape;
  const typical = Math.sqrt(rms.reduce((sum, value) => sum + value * value, 0) / channels);
  const sorted = rms.slice().sort();
  const median = (sorted[Math.floor((channels - 1) / 2)] + sorted[Math.ceil((channels - 1) / 2)]) / 2;
  return {
    channels,
    tokens,
    absMaxOverRms: absMax.reduce((a, b) => Math.max(a, b)) / typical,
    outlierRatio: sorted.at(-1)! / median,
  };
}

function rankOf(values: Float64Array): number {
  const energy = values.reduce((sum, value) => sum + value * value, 0);
  let kept = 0;
  const last = values.findIndex((value) => {
    kept += value * value;
    return kept >= KEPT_ENERGY * energy;
  });
  return last + 1;
}
