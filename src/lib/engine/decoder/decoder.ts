import type {Tensor} from "../../tensor/tensor.js";
import type {AttentionCall} from "../attention.js";
import {type KvCache, plainKvCache} from "../cache/kv-cache.js";
import {MOST_STORED_QUERIES, storedCall} from "../cache/stored-kv.js";
import type {Hooks} from "../hooks.js";
import {add, checkIds, scaled, seen} from "../residual-stream.js";
import type {DecoderConfig} from "./config.js";
import type {Decoder, DecoderLayer, NormsAround} from "./load-decoder.js";
import type {NetworkSite, Routing} from "./network.js";
import {embedded, type Pass, rotated, rotatedKeys, startPass, withRotary} from "./pass.js";

/** Options of a forward pass. */
export interface ForwardOptions {
  /** Earlier tokens: the new ones follow them and are added to it. Without it the text starts here. */
  readonly cache?: KvCache;
  readonly hooks?: Hooks;
  /** Rows of logits to compute; a prefill needs only the last. */
  readonly rows?: "all" | "last";
  /** Place in the text of each token, where they do not simply follow one another: nodes of a tree of drafts. */
  readonly positions?: Int32Array;
}

/**
 * Runs tokens through a decoder: prefill (many ids) and decode (one id and a cache) are the same call.
 * @returns logits [T, vocab], or [1, vocab] for `rows: "last"`.
 * @throws RangeError if there are no ids, an id is no integer in [0, vocab), the text is longer than a learned table of
 * positions, or it grows past the length at which longrope changes its factors without {@link DecoderConfig.textTokens}.
 */
export function forward(model: Decoder, ids: readonly number[], options: ForwardOptions = {}): Tensor {
  const {config} = model;
  const {cache = plainKvCache(config), hooks, rows = "all", positions} = options;
  checkIds(ids, config.vocabSize);
  const pass = startPass(model, ids.length, cache, hooks, positions);
  let h = seen(hooks, "embedding", -1, embedded(pass, ids), ids.length);
  const routing: Routing = {entering: h, scores: null};
  model.layers.forEach((layer, index) => {
    routing.entering = h;
    h = addAttention(pass, layer, index, h);
    h = addMlp(pass, layer, index, h, routing);
    h = seen(hooks, "layer.output", index, h, ids.length);
  });
  cache.length += ids.length;
  const kept = rows === "all" ? ids.length : 1;
  const last = h.subarray((ids.length - kept) * config.hiddenSize);
  const final = seen(hooks, "final", -1, headInput(model, last), kept);
  const logits = seen(hooks, "logits", -1, bentLogits(config, model.head(final)), kept);
  return {shape: [kept, config.vocabSize], data: logits};
}

/** What the head takes: the normed stream, led back to the embedding's width. */
function headInput({norm, projectOut}: Decoder, h: Float32Array): Float32Array {
  const normed = norm?.(h) ?? h;
  return projectOut?.(normed) ?? normed;
}

function bentLogits({logitScale, logitSoftcap: cap}: DecoderConfig, logits: Float32Array): Float32Array {
  const plain = scaled(logits, logitScale);
  return cap === null ? plain : plain.map((value) => cap * Math.tanh(value / cap));
}

/** h + o_proj(attention(norm(h))), with the norms where the layer has them. */
function addAttention(pass: Pass, layer: DecoderLayer, index: number, h: Float32Array): Float32Array {
  const {hooks, tokens} = pass;
  if (hooks?.skip?.(index, "attention", h)) return h;
  const x = seen(hooks, "attention.input", index, layer.attentionNorms.input?.(h) ?? h, tokens);
  const mixed = seen(hooks, "attention.output", index, attend(pass, layer, index, x), tokens);
  return addUpdate(pass, index, "attention.update", layer.attentionNorms, h, layer.o(mixed));
}

/** Adds what a part of a layer gives to the stream. */
function addUpdate(
  {model, hooks, tokens}: Pass,
  index: number,
  site: "attention.update" | "mlp.update",
  norms: NormsAround,
  h: Float32Array,
  given: Float32Array,
): Float32Array {
  const update = scaled(norms.output?.(given) ?? given, model.config.plans[index].residualScale);
  const sum = add(h, seen(hooks, site, index, update, tokens));
  return norms.sum?.(sum) ?? sum;
}

function clipped(x: Float32Array, most: number | null): Float32Array {
  return most === null ? x : x.map((value) => Math.min(most, Math.max(-most, value)));
}

/** Projections, rotary, cache and attention itself: [T, hidden] to [T, heads · headDim]. */
function attend(pass: Pass, layer: DecoderLayer, index: number, x: Float32Array): Float32Array {
  const {model, hooks, tokens, cache, positions} = pass;
  const {mixer} = model.config.plans[index];
  const {heads, kvHeads, headDim, window, causal, scale, softcap, clip} = mixer;
  const normed = (norm: DecoderLayer["qNorm"], side: Float32Array) => norm?.(side) ?? side;
  const q = seen(hooks, "q", index, clipped(normed(layer.qNorm, layer.q(x)), clip), tokens);
  const k = seen(hooks, "k", index, clipped(normed(layer.kNorm, layer.k(x)), clip), tokens);
  const v = seen(hooks, "v", index, clipped(layer.v(x), clip), tokens);
  const rotatedQ = seen(hooks, "q.rotated", index, rotated(pass, index, heads, q), tokens);
  const rotatedK = () => seen(hooks, "k.rotated", index, rotated(pass, index, kvHeads, k), tokens);
  cache.append(index, cache.unrotatedKeys ? k : rotatedK(), v, positions);
  const call = callOver(pass, index, {
    layer: index,
    q: rotatedQ,
    heads,
    kvHeads,
    headDim,
    queryPositions: positions,
    window,
    scale,
    ...(!causal && {causal}),
    ...(softcap !== null && {softcap}),
  });
  return hooks?.attention?.(call, model.backend.attention) ?? model.backend.attention(call);
}

/** A call over what the cache holds of a layer: as it is held for a few tokens, where the cache has that, else as floats. */
function callOver(
  pass: Pass,
  index: number,
  call: Omit<AttentionCall, "keys" | "values" | "keyPositions">,
): AttentionCall {
  const {cache, tokens} = pass;
  const rotate = (keys: Float32Array, positions: Int32Array) =>
    cache.unrotatedKeys ? rotatedKeys(pass, index, keys, positions) : keys;
  const held = tokens <= MOST_STORED_QUERIES ? cache.stored?.(index) : undefined;
  const kv = held && cache.unrotatedKeys ? withRotary(pass, index, held) : held;
  if (kv === undefined) {
    const {keys, values, positions} = cache.read(index);
    return {...call, keys: rotate(keys, positions), values, keyPositions: positions};
  }
  return storedCall({...call, keyPositions: kv.positions}, kv, () => {
    const {keys, values} = kv.unpack();
    return {keys: rotate(keys, kv.positions), values};
  });
}

/** h + network(norm(h)), or that of the stream before attention where both stand side by side. */
function addMlp(
  pass: Pass,
  layer: DecoderLayer,
  index: number,
  h: Float32Array,
  routing: Routing,
): Float32Array {
  const {model, hooks, tokens} = pass;
  if (hooks?.skip?.(index, "mlp", h)) return h;
  const {network, mlpNorms, attentionNorms} = layer;
  // Side by side with attention, a network without a norm of its own reads the normed input of attention.
  const {parallel} = model.config.plans[index];
  const norm = mlpNorms.input ?? (parallel ? attentionNorms.input : undefined);
  const from = parallel ? routing.entering : h;
  const x = seen(hooks, "mlp.input", index, norm?.(from) ?? from, tokens);
  const see = (site: NetworkSite, given: Float32Array, rows: number) => seen(hooks, site, index, given, rows);
  return addUpdate(pass, index, "mlp.update", mlpNorms, h, network(x, see, routing));
}
