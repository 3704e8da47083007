import {replacedKv} from "../../engine/cache/kv-replacement.js";
import type {Decoder} from "../../engine/decoder/load-decoder.js";
import {type Observation, observe} from "../../engine/observe.js";
import {experiment} from "../../experiment/experiment.js";
import {fp32} from "../../formats/float/float.js";
import {shareBases, shareLayers} from "../../kv/xkv/share-layers.js";
import {decodeText} from "../../tasks/vocabulary.js";
import {openedDecoder} from "../shared/decoder-texts.js";
import {DECODER_NEEDS, modelParam, needsOfModel} from "../shared/decoders.js";
import {promptIds, promptParam} from "../shared/prompt.js";
import {GROUP_SIZES} from "./spectra.js";

/** Smaller shares of attention are not worth a row. */
const LEAST_ATTENTION = 0.004;

type AttentionRow = {
  readonly part: "word" | "attention" | "next";
  readonly head: number | null;
  readonly index: number;
  readonly other: number | null;
  readonly word: string | null;
  readonly exact: number | null;
  readonly shared: number | null;
  readonly provenance: "measured";
};

/** Attention of heads with their own keys, and with keys that layers share. */
export const sharedAttention = experiment({
  id: "kv/shared-attention",
  title: "Attention with shared keys",
  question: "Where does a head look when its keys come out of a basis that its layer shares with others?",
  source: "xKV, arXiv:2503.18893, section 4",
  params: {
    model: modelParam,
    prompt: promptParam(
      "Text",
      "fact otter amber plum . fact heron velvet bell . quiet river carries light across open valley . alias newt = heron . query newt velvet bell . query otter",
    ),
    layer: {
      kind: "integer",
      label: "Layer",
      help: "Whose heads are shown; the first is 0.",
      min: 0,
      max: 7,
      default: 1,
    },
    groupSize: {
      kind: "choice",
      label: "Layers of a group",
      help: "A group larger than the model is all its layers.",
      options: GROUP_SIZES,
      default: 4,
    },
    rank: {
      kind: "integer",
      label: "Rank for each layer",
      help: "Of keys, before rotary, and as many of values; the group keeps so many times its layers.",
      min: 1,
      max: 64,
      default: 3,
    },
  },
  columns: {
    part: {type: "string", label: "What the row is"},
    head: {type: "integer", label: "Head", nullable: true},
    index: {type: "integer", label: "Position"},
    other: {type: "integer", label: "Position attended to", nullable: true},
    word: {type: "string", label: "Word of the text, or expected next", nullable: true},
    exact: {
      type: "number",
      label: "Attention or probability, own keys and values",
      provenance: "measured",
      nullable: true,
    },
    shared: {
      type: "number",
      label: "Attention or probability, shared keys and values",
      provenance: "measured",
      nullable: true,
    },
  },
  needs: DECODER_NEEDS,
  needsOf: needsOfModel,
  sweep: ([1, 2, 4] as const).flatMap((groupSize) => [2, 3, 5].map((rank) => ({groupSize, rank}))),
  async run({model, prompt, layer, groupSize, rank}, {data, progress}) {
    const ids = promptIds(prompt);
    const decoder = await openedDecoder(model, data);
    const {layers} = decoder.config;
    if (layer >= layers) {
      throw new RangeError(
        `run kv/shared-attention: layer must be 0 to ${layers - 1} for ${model}, got ${layer}`,
      );
    }
    const exact = observe(decoder, ids, ["k", "v"]);
    await progress(0.3);
    const size = Math.min(groupSize, layers);
    const shared = observe(decoder, ids, [], replacedKv(sharedKv(decoder, exact, size, rank * size)));
    return [
      ...wordRows(ids),
      ...attentionRows(exact, shared, layer, ids.length),
      ...nextRows(exact, shared, ids.length - 1),
    ];
  },
});

/** Keys and values of a pass through shared bases of one rank, unrounded. */
function sharedKv({config}: Decoder, seen: Observation, groupSize: number, rank: number) {
  const width = config.kvHeads * config.headDim;
  const through = (site: "k" | "v") => {
    const layers = Array.from({length: config.layers}, (_, layer) => seen.tensor(site, layer).data);
    return [...shareLayers(layers, shareBases(layers, width, {groupSize, rank}), rank, fp32).layers];
  };
  return {keys: through("k"), values: through("v")};
}

const BLANK = {
  head: null,
  other: null,
  word: null,
  exact: null,
  shared: null,
  provenance: "measured",
} as const;

function wordRows(ids: readonly number[]): AttentionRow[] {
  return ids.map((id, index) => ({...BLANK, part: "word", index, word: decodeText([id])}));
}

function attentionRows(exact: Observation, shared: Observation, layer: number, T: number): AttentionRow[] {
  const rows: AttentionRow[] = [];
  exact.attention[layer].forEach((value, i) => {
    const other = shared.attention[layer][i];
    if (Math.max(value, other) < LEAST_ATTENTION) return;
    const [head, index] = [Math.floor(i / (T * T)), Math.floor(i / T) % T];
    rows.push({...BLANK, part: "attention", head, index, other: i % T, exact: value, shared: other});
  });
  return rows;
}

/** The likeliest next words under either. */
function nextRows(exact: Observation, shared: Observation, index: number): AttentionRow[] {
  const [p, q] = [exact, shared].map(({logits}) => lastProbabilities(logits.data, logits.shape.at(-1)!));
  const top = (x: Float64Array) =>
    Array.from(x.keys())
      .sort((a, b) => x[b] - x[a] || a - b)
      .slice(0, LIKELIEST);
  return [...new Set([...top(p), ...top(q)])].map((id) => ({
    ...BLANK,
    part: "next",
    index,
    word: decodeText([id]),
    exact: p[id],
    shared: q[id],
  }));
}

const LIKELIEST = 3;

function lastProbabilities(logits: Float32Array, vocabulary: number): Float64Array {
  const row = Float64Array.from(logits.subarray(logits.length - vocabulary));
  const most = row.reduce((a, b) => Math.max(a, b));
  const powers = row.map((logit) => Math.exp(logit - most));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}
