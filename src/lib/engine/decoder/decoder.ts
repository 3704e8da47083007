import type {Tensor} from "../../tensor/tensor.js";
import {type KvCache, plainKvCache} from "../cache/kv-cache.js";
import type {Hooks} from "../hooks.js";
import {add, checkIds, embed, seen} from "../residual-stream.js";
import {inverseFrequencies, llama3Frequencies, type RotaryTable, rotaryTable, rotate} from "../rope.js";
import type {Decoder, DecoderLayer} from "./load-decoder.js";

/** Options of a forward pass. */
export interface ForwardOptions {
  /** Earlier tokens: the new ones follow them and are added to it. Without it the text starts here. */
  readonly cache?: KvCache;
  readonly hooks?: Hooks;
  /** Rows of logits to compute; a prefill needs only the last. */
  readonly rows?: "all" | "last";
}

/**
 * Runs tokens through a decoder: prefill (many ids) and decode (one id and a cache) are the same call.
 * @returns logits [T, vocab], or [1, vocab] for `rows: "last"`.
 * @throws RangeError if there are no ids, or an id is no integer in [0, vocab).
 */
export function forward(model: Decoder, ids: readonly number[], options: ForwardOptions = {}): Tensor {
  const {config, backend} = model;
  const {cache = plainKvCache(config), hooks, rows = "all"} = options;
  checkIds(ids, config.vocabSize);
  const pass = startPass(model, ids.length, cache, hooks);
  let h = seen(hooks, "embedding", -1, embed(model.embedding, config.hiddenSize, ids), ids.length);
  model.layers.forEach((layer, index) => {
    h = addAttention(pass, layer, index, h);
    h = addMlp(pass, layer, index, h);
    h = seen(hooks, "layer.output", index, h, ids.length);
  });
  cache.length += ids.length;
  const kept = rows === "all" ? ids.length : 1;
  const last = h.subarray((ids.length - kept) * config.hiddenSize);
  const final = seen(hooks, "final", -1, backend.rmsNorm(last, model.norm, config.normEps), kept);
  const logits = seen(hooks, "logits", -1, model.head(final), kept);
  return {shape: [kept, config.vocabSize], data: logits};
}

/** Data that all layers of one forward pass share. */
interface Pass {
  readonly model: Decoder;
  readonly tokens: number;
  readonly cache: KvCache;
  readonly hooks: Hooks | undefined;
  readonly positions: Int32Array;
  readonly frequencies: Float64Array;
  readonly rotary: RotaryTable;
}

function startPass(model: Decoder, tokens: number, cache: KvCache, hooks: Hooks | undefined): Pass {
  const {headDim, ropeTheta, ropeScaling} = model.config;
  const plain = inverseFrequencies(headDim, ropeTheta);
  const frequencies = ropeScaling === null ? plain : llama3Frequencies(plain, ropeScaling);
  const positions = Int32Array.from({length: tokens}, (_, t) => cache.length + t);
  return {model, tokens, cache, hooks, positions, frequencies, rotary: rotaryTable(frequencies, positions)};
}

/** h + o_proj(attention(norm(h))). */
function addAttention(pass: Pass, layer: DecoderLayer, index: number, h: Float32Array): Float32Array {
  const {model, hooks, tokens} = pass;
  if (hooks?.skip?.(index, "attention", h)) return h;
  const normed = model.backend.rmsNorm(h, layer.inputNorm, model.config.normEps);
  const x = seen(hooks, "attention.input", index, normed, tokens);
  const mixed = seen(hooks, "attention.output", index, attend(pass, layer, index, x), tokens);
  return add(h, seen(hooks, "attention.update", index, layer.o(mixed), tokens));
}

/** Projections, rotary, cache and attention itself: [T, hidden] to [T, heads · headDim]. */
function attend(pass: Pass, layer: DecoderLayer, index: number, x: Float32Array): Float32Array {
  const {model, hooks, tokens, cache, positions} = pass;
  const {heads, kvHeads, headDim, windows} = model.config;
  const q = seen(hooks, "q", index, layer.q(x), tokens);
  const k = seen(hooks, "k", index, layer.k(x), tokens);
  const v = seen(hooks, "v", index, layer.v(x), tokens);
  const rotatedQ = seen(hooks, "q.rotated", index, rotate(q, heads, pass.rotary, tokens), tokens);
  const rotatedK = () => seen(hooks, "k.rotated", index, rotate(k, kvHeads, pass.rotary, tokens), tokens);
  cache.append(index, cache.unrotatedKeys ? k : rotatedK(), v, positions);
  const kept = cache.read(index);
  const call = {
    layer: index,
    q: rotatedQ,
    keys: cache.unrotatedKeys ? rotatedKeys(pass, kept.keys, kept.positions) : kept.keys,
    values: kept.values,
    heads,
    kvHeads,
    headDim,
    queryPositions: positions,
    keyPositions: kept.positions,
    window: windows[index],
  };
  return hooks?.attention?.(call, model.backend.attention) ?? model.backend.attention(call);
}

function rotatedKeys({model, frequencies}: Pass, keys: Float32Array, positions: Int32Array): Float32Array {
  return rotate(keys, model.config.kvHeads, rotaryTable(frequencies, positions), positions.length);
}

/** h + down_proj(silu(gate_proj(n)) · up_proj(n)), n = norm(h). */
function addMlp(
  {model, hooks, tokens}: Pass,
  layer: DecoderLayer,
  index: number,
  h: Float32Array,
): Float32Array {
  if (hooks?.skip?.(index, "mlp", h)) return h;
  const normed = model.backend.rmsNorm(h, layer.mlpNorm, model.config.normEps);
  const x = seen(hooks, "mlp.input", index, normed, tokens);
  const gate = seen(hooks, "mlp.gate", index, layer.gate(x), tokens);
  const up = seen(hooks, "mlp.up", index, layer.up(x), tokens);
  const hidden = seen(hooks, "mlp.hidden", index, model.backend.siluGate(gate, up), tokens);
  return add(h, seen(hooks, "mlp.update", index, layer.down(hidden), tokens));
}
