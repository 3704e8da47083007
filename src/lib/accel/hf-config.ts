import type * as record from "../architectures/model-record.js";
import {mixerSize, parameterCount} from "../architectures/parameters.js";
import {modelRecordOfObject, modelRecordOfText} from "../architectures/read-model.js";
import type {Channels} from "../architectures/record/channels.js";
import type * as mixers from "../architectures/record/mixer.js";
import {FormatError} from "../io/format-error.js";
import type {Ffn, LayerGroup, Mixer, Model, ParameterCount, RecurrentMixer} from "./model.js";

/**
 * The model that a checkpoint's config.json describes, as its cost sees it.
 * @param config The text of the file, or the object in it.
 * @throws FormatError naming the key that is missing, impossible or not known; TypeError if there is no object.
 */
export function modelFromConfig(config: unknown, id = "config"): Model {
  const where = "modelFromConfig";
  return costModel(
    typeof config === "string" ? modelRecordOfText(config, where) : modelRecordOfObject(config, where),
    id,
  );
}

/** A record as its cost sees it. */
export function costModel(model: record.ModelRecord, id: string): Model {
  const {hidden, vocabulary, tied, image, positionTable, finalNorm} = model;
  return {
    id,
    title: id,
    source: "config.json given by the user",
    verified: false,
    hidden,
    vocab: vocabulary.rows,
    tied,
    groups: groupsOf(model),
    counted: countsOf(model),
    ...(finalNorm?.kind === "layer" ? {layerNorm: true} : {}),
    ...(positionTable === null ? {} : {positions: positionTable.rows}),
    ...(image === null
      ? {}
      : {input: {kind: "image", image: image.size, patch: image.patch, extraTokens: image.extraTokens}}),
  };
}

/** The record's counts; here a token passes the head, and only looks up a row of the embedding. */
function countsOf(model: record.ModelRecord): ParameterCount {
  const {total, active, embedding} = parameterCount(model);
  const head = model.tied ? model.vocabulary.rows * model.embeddingWidth : 0;
  return {total, embedding, active: model.image === null ? active - embedding + head : active};
}

/** Layers that follow each other and cost the same are one group. */
function groupsOf({hidden, layers}: record.ModelRecord): LayerGroup[] {
  const groups: LayerGroup[] = [];
  for (const {mixer, channels} of layers) {
    const next = {count: 1, mixer: mixerOf(hidden, mixer), ffn: ffnOf(hidden, channels)};
    const last = groups[groups.length - 1];
    if (last !== undefined && sameWork(last, next))
      groups[groups.length - 1] = {...last, count: last.count + 1};
    else groups.push(next);
  }
  return groups;
}

const sameWork = (a: LayerGroup, b: LayerGroup) =>
  JSON.stringify([a.mixer, a.ffn]) === JSON.stringify([b.mixer, b.ffn]);

function mixerOf(d: number, mixer: mixers.Mixer): Mixer {
  switch (mixer.kind) {
    case "attention":
      return attentionOf(mixer);
    case "latent": {
      const {heads, qRank, kvRank, ropeDim, nopeDim, valueDim} = mixer;
      return {kind: "mla", heads, qRank, kvRank, ropeDim, nopeDim, valueDim};
    }
    case "mamba": {
      const {inner, state, convWidth, dtRank} = mixer;
      return {kind: "mamba", inner, state, convWidth, dtRank};
    }
    case "mamba2": {
      const {inner, heads, state, groups, convWidth, chunk} = mixer;
      return {kind: "mamba2", inner, heads, state, groups, convWidth, chunk};
    }
    case "cross-scan":
      throw notModelled(
        "cross-scan",
        "layers of language models or ViT: the cost of VMamba's scans is not modelled",
      );
    case "chunk-states":
      throw notModelled(
        "chunk-states",
        "layers of attention or of a recurrence: the cost of both in one layer is not modelled",
      );
    case "hgrn":
      throw notModelled(
        "hgrn",
        "layers of attention or of a state-space model: the cost of ternary matrices is not modelled",
      );
    default:
      return recurrentOf(d, mixer);
  }
}

const notModelled = (value: string, allowed: string): FormatError =>
  new FormatError("modelFromConfig", {
    kind: "unsupported",
    offset: null,
    field: "config.json: layers",
    value,
    allowed,
  });

function attentionOf({heads, kvHeads, headDim, biases, qkNorm, gated, window}: mixers.AttentionMixer): Mixer {
  return {
    kind: "gqa",
    heads,
    kvHeads,
    headDim,
    ...(biases.q ? {qkvBias: true} : {}),
    ...(biases.o ? {outBias: true} : {}),
    ...(qkNorm === null ? {} : {qkNorm: true}),
    ...(gated ? {gated} : {}),
    ...(window === null ? {} : {window}),
  };
}

type Recurrence =
  | mixers.GatedDeltaMixer
  | mixers.LightningMixer
  | mixers.ConvolutionMixer
  | mixers.RgLruMixer
  | mixers.RwkvMixer;

/** Sizes of a recurrence: its convolution's weights are counted there, all that is no matrix is `others`. */
function recurrentOf(d: number, mixer: Recurrence): RecurrentMixer {
  const {matrices, state, work, convChannels, convWidth} = recurrenceSizes(d, mixer);
  const inConv = convChannels === 0 ? 0 : (convWidth + 1) * convChannels;
  const others = Math.max(0, mixerSize(d, mixer) - matrices - inConv);
  return {kind: "recurrent", name: mixer.kind, matrices, others, state, work, convChannels, convWidth};
}

function recurrenceSizes(d: number, m: Recurrence): Omit<RecurrentMixer, "kind" | "name" | "others"> {
  const none = {convChannels: 0, convWidth: 0};
  switch (m.kind) {
    case "gated-delta": {
      const [k, v] = [m.keyHeads * m.keyDim, m.valueHeads * m.valueDim];
      const matrices = d * (2 * k + 3 * v + 2 * m.valueHeads);
      // Decay, reading by the key, the outer product of the correction, reading by the query. (arXiv 2412.06464, eq. 10)
      return {
        matrices,
        state: m.valueHeads * m.keyDim * m.valueDim,
        work: 7,
        convChannels: 2 * k + v,
        convWidth: m.convWidth,
      };
    }
    case "lightning":
      // Decay, outer product, reading. (arXiv 2401.04658, section 3)
      return {...none, matrices: 5 * d * m.heads * m.headDim, state: m.heads * m.headDim ** 2, work: 5};
    case "convolution":
      return {matrices: 4 * d * m.width, state: 0, work: 0, convChannels: m.width, convWidth: m.convWidth};
    case "rg-lru": {
      const matrices = 3 * d * m.width + (2 * m.width ** 2) / m.blocks;
      // Gates, the decay's power, root, products and sum. (arXiv 2402.19427, equations 1 to 4)
      return {matrices, state: m.width, work: 12, convChannels: m.width, convWidth: m.convWidth};
    }
    case "rwkv":
      // Mixes with the token before, and a running softmax in three numbers. (arXiv 2305.13048, equations 11 to 16)
      return {...none, matrices: 4 * d * m.width, state: 5 * m.width, work: 6};
  }
}

function ffnOf(d: number, channels: Channels | null): Ffn | null {
  if (channels === null) return null;
  // Two matrices of its width and a square one: as much as two of a width larger by half of the stream.
  if (channels.kind === "rwkv") return {kind: "dense", width: channels.width + d / 2, gated: false};
  if (channels.kind === "dense") {
    const {width, gated, biases} = channels;
    return {kind: "dense", width, gated, ...(biases.up ? {bias: true} : {})};
  }
  const {experts, active, width, shared, gated, idle, router} = channels;
  if (!gated || idle !== null || router.score === "relu")
    throw new FormatError("modelFromConfig", {
      kind: "unsupported",
      offset: null,
      field: "config.json: experts",
      value: router.score === "relu" ? "as many as score above zero" : "some without matrices",
      allowed: "as many gated networks for every token",
    });
  const sharedPart = shared.width === 0 ? {shared: 0} : {shared: 1, sharedWidth: shared.width};
  return {kind: "moe", experts, active, width, ...sharedPart};
}
