import type {LayerPlan, ModelRecord} from "./model-record.js";
import type {Channels, ExpertChannels} from "./record/channels.js";
import type {AttentionMixer, Mixer} from "./record/mixer.js";
import type {Norm} from "./record/norm.js";

/** Parameters of a model: all of them, and those that one token passes. */
export interface ParameterCount {
  readonly total: number;
  /** All but the experts that a token does not choose. */
  readonly active: number;
  /** Numbers of the tables that a token looks up a row of: the embedding, and learned positions. */
  readonly embedding: number;
}

/** Experts that a router scores: those with matrices, and those without. */
export const routedExperts = ({experts, idle}: Pick<ExpertChannels, "experts" | "idle">): number =>
  experts + (idle === null ? 0 : idle.constant + idle.copy + idle.zero);

const flagged = (is: boolean, count: number) => (is ? count : 0);

/** Numbers of a norm over `width`. */
const normSize = (norm: Norm | null, width: number): number =>
  norm === null ? 0 : flagged(norm.weight !== "none", width) + flagged(norm.bias, width);

function attentionSize(d: number, m: AttentionMixer): number {
  const [q, kv] = [m.heads * m.headDim, m.sharesKvOf === null ? m.kvHeads * m.headDim : 0];
  const queries = m.gated ? 2 * q : q;
  const matrices = d * queries + 2 * d * kv + q * d;
  const biases =
    flagged(m.biases.q, queries) + flagged(m.biases.k, kv) + flagged(m.biases.v, kv) + flagged(m.biases.o, d);
  return matrices + biases + qkNormSize(m) + flagged(m.sinks, m.heads);
}

function qkNormSize({qkNorm, heads, kvHeads, headDim}: AttentionMixer): number {
  if (qkNorm === null) return 0;
  if (qkNorm.over === "head") return 2 * normSize(qkNorm.norm, headDim);
  return normSize(qkNorm.norm, heads * headDim) + normSize(qkNorm.norm, kvHeads * headDim);
}

/** Parameters of a mixer beside a stream of width `d`. */
export function mixerSize(d: number, m: Mixer): number {
  switch (m.kind) {
    case "attention":
      return attentionSize(d, m);
    case "latent": {
      const queries = m.heads * (m.nopeDim + m.ropeDim);
      const q = m.qRank === null ? d * queries : d * m.qRank + m.qRank + m.qRank * queries;
      const kv = d * (m.kvRank + m.ropeDim) + m.kvRank + m.kvRank * m.heads * (m.nopeDim + m.valueDim);
      const bias = flagged(m.bias, (m.qRank ?? 0) + m.kvRank + m.ropeDim + d);
      return q + kv + m.heads * m.valueDim * d + bias;
    }
    case "mamba": {
      const {inner: di, state: n, dtRank: r, convWidth} = m;
      const projections = 2 * d * di + di * (r + 2 * n) + r * di + di + di * d;
      const biases = flagged(m.biases.projections, 2 * di + d) + flagged(m.biases.conv, di);
      return projections + convWidth * di + di * n + di + biases + flagged(m.innerNorm !== null, r + 2 * n);
    }
    case "cross-scan": {
      const {inner: di, state: n, dtRank: r, convWidth, directions} = m;
      const each = di * (r + 2 * n) + r * di + di + di * n + di;
      // A layer norm with its bias stands behind the scans.
      return 3 * d * di + convWidth ** 2 * di + di + directions * each + 2 * di;
    }
    case "mamba2": {
      const {inner: di, heads: h, state: n, groups, convWidth} = m;
      const [input, conv] = [2 * di + 2 * groups * n + h, di + 2 * groups * n];
      const biases = flagged(m.biases.projections, input + d) + flagged(m.biases.conv, conv);
      return d * input + convWidth * conv + 3 * h + di + di * d + biases;
    }
    case "gated-delta": {
      const [k, v] = [m.keyHeads * m.keyDim, m.valueHeads * m.valueDim];
      return (
        d * (2 * k + 2 * v) +
        d * 2 * m.valueHeads +
        m.convWidth * (2 * k + v) +
        2 * m.valueHeads +
        m.valueDim +
        v * d
      );
    }
    case "lightning": {
      const width = m.heads * m.headDim;
      return 5 * d * width + width;
    }
    case "convolution":
      return 4 * d * m.width + m.convWidth * m.width + flagged(m.bias, 4 * m.width + d);
    case "rg-lru": {
      const gates = 2 * (m.width ** 2 / m.blocks + m.width);
      return 2 * (d * m.width + m.width) + m.width * d + d + (m.convWidth + 1) * m.width + gates + m.width;
    }
    case "chunk-states": {
      const {inner: di, heads, state: n, convWidth} = m.scan;
      const conv = di + 2 * n;
      const scan = d * (di + conv + heads) + (convWidth + 1) * conv + 2 * heads + di + di * d;
      return 2 * d * m.heads * m.headDim + 2 * scan;
    }
    case "hgrn":
      // Three matrices in and one out, the norm of the gate, the lower bounds.
      return 4 * d * m.width + m.width + flagged(m.bounded, m.width);
    case "rwkv":
      return 4 * d * m.width + 2 * m.width + 3 * d;
  }
}

/** Parameters of a network over the channels: [all of them, those that one token passes]. */
export function channelsSize(d: number, channels: Channels | null): readonly [all: number, active: number] {
  if (channels === null) return [0, 0];
  if (channels.kind === "rwkv") {
    const count = 2 * d * channels.width + d * d + 2 * d;
    return [count, count];
  }
  const {width, biases} = channels;
  const into = channels.gated ? 2 : 1;
  const network = (into + 1) * d * width + flagged(biases.up, into * width) + flagged(biases.down, d);
  if (channels.kind === "dense") return [network, network];
  const {experts, active, shared} = channels;
  const beside = routerSize(d, channels) + 3 * d * shared.width + flagged(shared.gate, d);
  return [beside + experts * network, beside + active * network];
}

/** Parameters of a router, and those of the experts that multiply nothing, which are as few. */
function routerSize(d: number, {experts, router, idle}: ExpertChannels): number {
  const routed = routedExperts({experts, idle});
  const constant = (idle?.constant ?? 0) * (d + 2 * d);
  const residual = flagged(router.residual, routed ** 2);
  return d * routed + flagged(router.bias, routed) + residual + normSize(router.norm, routed) + constant;
}

/** Parameters of a layer of a stream of width `d`: [all of them, those that one token passes]. */
export function layerSize(d: number, layer: LayerPlan): readonly [all: number, active: number] {
  const {mixer, channels, norm, normsAt} = layer;
  const norms = normSize(norm, d) * (normsAt.mixer.length + normsAt.channels.length);
  const rest = mixerSize(d, mixer) + norms;
  const [all, active] = channelsSize(d, channels);
  return [rest + all, rest + active];
}

/** Counts parameters from a record; extra prediction layers are left out. */
export function parameterCount(record: ModelRecord): ParameterCount {
  const {hidden: d, vocabulary, embeddingWidth, positionTable, layers, image} = record;
  const sizes = layers.map((layer) => layerSize(d, layer));
  const sum = (which: 0 | 1) => sizes.reduce((total, size) => total + size[which], 0);
  const embedding =
    image === null
      ? vocabulary.rows * embeddingWidth + (positionTable?.rows ?? 0) * d
      : flagged(image.positions, imageTokens(record) * d);
  const rest = embedding + besideLayers(record) + bitLinearNorms(record);
  return {total: sum(0) + rest, active: sum(1) + rest, embedding};
}

/** Weights of the norms that every matrix of BitLinear has before it. */
function bitLinearNorms({bitLinear, hidden: d, layers}: ModelRecord): number {
  if (bitLinear === null) return 0;
  const ofLayer = ({mixer, channels}: LayerPlan) =>
    (mixer.kind === "hgrn" ? 3 * d + mixer.width : 0) + (channels?.kind === "dense" ? d + channels.width : 0);
  return layers.reduce((sum, layer) => sum + ofLayer(layer), d);
}

/** Parameters outside of the layers and of the tables that are looked up. */
function besideLayers(record: ModelRecord): number {
  const {hidden: d, vocabulary, tied, headBias, embeddingWidth, embeddingNorm, finalNorm, image} = record;
  const leads = embeddingWidth === d ? 0 : 2 * embeddingWidth * d;
  const head =
    (image?.heads ?? 1) *
    (flagged(!tied, vocabulary.rows * embeddingWidth) + flagged(headBias, vocabulary.rows));
  const patches = image === null ? 0 : image.channels * image.patch ** 2 * d + d + image.extraTokens * d;
  return leads + head + patches + normSize(embeddingNorm, d) + normSize(finalNorm, d);
}

/** Positions of an image model: its patches and the learned tokens before them; 0 for a model of text. */
export function imageTokens({image}: ModelRecord): number {
  return image === null ? 0 : Math.floor(image.size / image.patch) ** 2 + image.extraTokens;
}
