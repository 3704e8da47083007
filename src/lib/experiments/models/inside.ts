import {decoderOf} from "../../engine/decoder/decoder-weights.js";
import type {Decoder} from "../../engine/decoder/load-decoder.js";
import {channelSizes, type Observation, observe, singularValues} from "../../engine/observe.js";
import {wasmBackend} from "../../engine/wasm/wasm-backend.js";
import {experiment} from "../../experiment/experiment.js";
import {decodeText} from "../../tasks/vocabulary.js";
import {softmax} from "../../tensor/softmax.js";
import {DECODER_NEEDS, decoderWeights, modelParam, needsOfModel} from "../shared/decoders.js";
import {promptIds, promptParam} from "../shared/prompt.js";

/** Sites for a look at channels: inputs of a layer's projections, and the stream between layers. */
export const CHANNEL_SITES = [
  "attention.input",
  "attention.output",
  "mlp.input",
  "mlp.hidden",
  "layer.output",
] as const;

/** Tensors that the cache could hold: keys before and after rotary, and values. */
export const KV_SITES = ["k", "k.rotated", "v"] as const;

/** Predictions kept for every position. */
const LIKELIEST = 5;
/** Smaller shares of attention are not worth a row. */
const LEAST_ATTENTION = 0.004;

type InsideRow = {
  readonly part: "prediction" | "next" | "attention" | "channel" | "spectrum";
  readonly layer: number | null;
  readonly site: string | null;
  readonly head: number | null;
  readonly index: number;
  readonly other: number | null;
  readonly word: string | null;
  readonly value: number;
  readonly provenance: "measured";
};

/** Effects of a prompt inside a decoder: predictions, attention, outlier channels, spectra of keys and values. */
export const inside = experiment({
  id: "models/inside",
  title: "Inside the model",
  question:
    "What does a model do with a prompt: what does it expect, where does it look, which channels stand out?",
  source:
    "attention: arXiv:1706.03762; outlier channels: arXiv:2208.07339; spectra of keys and values: arXiv:2503.18893",
  params: {
    model: modelParam,
    prompt: promptParam(
      "Prompt",
      "fact otter amber plum . fact heron velvet bell . quiet river carries light across open valley . alias newt = heron . copy gold mint lamp salt . copy gold mint lamp salt . query newt velvet bell . query otter",
    ),
    layer: {
      kind: "integer",
      label: "Layer",
      help: "Whose attention, channels, keys and values are shown; the first is 0.",
      min: 0,
      max: 15,
      default: 1,
    },
    site: {
      kind: "choice",
      label: "Channels of",
      help: "What the projections read, or the stream between layers.",
      options: CHANNEL_SITES,
      default: "mlp.input",
    },
  },
  columns: {
    part: {type: "string", label: "What the row is"},
    layer: {type: "integer", label: "Layer", nullable: true},
    site: {type: "string", label: "Site", nullable: true},
    head: {type: "integer", label: "Head", nullable: true},
    index: {type: "integer", label: "Position, channel or rank"},
    other: {type: "integer", label: "Position attended to, or place among the predictions", nullable: true},
    word: {type: "string", label: "Word", nullable: true},
    value: {
      type: "number",
      label:
        "Probability, largest magnitude over the rms of all channels, or singular value over the largest",
      provenance: "measured",
    },
  },
  needs: DECODER_NEEDS,
  needsOf: needsOfModel,
  sweep: [0, 1, 2, 3].map((layer) => ({layer})),
  async run({model, prompt, layer, site}, {data, progress}) {
    const ids = promptIds(prompt);
    const weights = decoderWeights(model, data);
    if (layer >= weights.config.layers) {
      throw new RangeError(
        `run models/inside: layer must be 0 to ${weights.config.layers - 1} for ${model}, got ${layer}`,
      );
    }
    const decoder = await decoderOf(weights, {backend: await wasmBackend()});
    const seen = observe(decoder, ids, [...CHANNEL_SITES, ...KV_SITES]);
    await progress(0.5);
    return [
      ...predictions(ids, seen),
      ...attentionRows(decoder, seen, layer, ids.length),
      ...channelRows(seen, site, layer),
      ...KV_SITES.flatMap((kv) => spectrumRows(seen, kv, layer)),
    ];
  },
});

const BLANK = {layer: null, site: null, head: null, other: null, word: null, provenance: "measured"} as const;

/** For every position the likeliest next words, and the probability of the word that really comes. */
function predictions(ids: readonly number[], {logits}: Observation): InsideRow[] {
  const vocabulary = logits.shape.at(-1)!;
  return ids.flatMap((_, index) => {
    const probabilities = softmax(logits.data.subarray(index * vocabulary, (index + 1) * vocabulary));
    const order = Array.from(probabilities.keys()).sort(
      (a, b) => probabilities[b] - probabilities[a] || a - b,
    );
    const likeliest = order.slice(0, LIKELIEST).map(
      (id, other): InsideRow => ({
        ...BLANK,
        part: "prediction",
        index,
        other,
        word: decodeText([id]),
        value: probabilities[id],
      }),
    );
    const next = ids[index + 1];
    if (next === undefined) return likeliest;
    return [
      ...likeliest,
      {...BLANK, part: "next", index, word: decodeText([next]), value: probabilities[next]},
    ];
  });
}

function attentionRows({config}: Decoder, {attention}: Observation, layer: number, T: number): InsideRow[] {
  const rows: InsideRow[] = [];
  attention[layer].forEach((value, i) => {
    if (value < LEAST_ATTENTION) return;
    const head = Math.floor(i / (T * T)) % config.heads;
    rows.push({...BLANK, part: "attention", layer, head, index: Math.floor(i / T) % T, other: i % T, value});
  });
  return rows;
}

function channelRows(seen: Observation, site: (typeof CHANNEL_SITES)[number], layer: number): InsideRow[] {
  const {absMax, rms} = channelSizes(seen.tensor(site, layer));
  const typical = rootMeanSquare(rms);
  return Array.from(absMax, (most, index) => ({
    ...BLANK,
    part: "channel",
    layer,
    site,
    index,
    value: typical === 0 ? 0 : most / typical,
  }));
}

function spectrumRows(seen: Observation, site: (typeof KV_SITES)[number], layer: number): InsideRow[] {
  const values = singularValues(seen.tensor(site, layer));
  return Array.from(values, (value, index) => ({
    ...BLANK,
    part: "spectrum",
    layer,
    site,
    index: index + 1,
    value: values[0] === 0 ? 0 : value / values[0],
  }));
}

function rootMeanSquare(values: Float64Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
}
