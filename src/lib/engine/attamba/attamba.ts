import type {Tensor} from "../../tensor/tensor.js";
import {add, checkIds, embed} from "../residual-stream.js";
import {inverseFrequencies, type RotaryTable, rotaryTable, rotate} from "../rope.js";
import {
  type AttambaCache,
  attambaCache,
  type ChunkMemory,
  type ChunkRule,
  isVisible,
  pruned,
} from "./attamba-cache.js";
import type {Span} from "./chunk-scan.js";
import type {Attamba, AttambaLayer} from "./load-attamba.js";

/** Options of a pass. */
export interface AttambaForwardOptions {
  /** Earlier tokens, and the rule of chunks: the new ones follow them, and it is moved on. Without it the text starts here. */
  readonly cache?: AttambaCache;
  /** Rows of logits to compute; a prefill needs only the last. */
  readonly rows?: "all" | "last";
}

/**
 * Runs tokens through the model: prefill (many ids) and decode (one id and a cache) are the same call. Keys and values of a
 * token are what two scans have read since its chunk began, plus the token itself. (Attamba, arXiv:2411.17685, section 3)
 * @returns logits [T, vocab], or [1, vocab] for `rows: "last"`.
 * @throws RangeError if there are no ids, or an id is no integer in [0, vocab).
 */
export function forwardAttamba(
  model: Attamba,
  ids: readonly number[],
  {cache = attambaCache(model.config), rows = "all"}: AttambaForwardOptions = {},
): Tensor {
  const {config, backend} = model;
  const {hiddenSize, normEps, vocabSize} = config;
  checkIds(ids, vocabSize);
  const pass = passOf(model, cache, ids.length);
  let h = embed(model.embedding, hiddenSize, ids);
  model.layers.forEach((layer, index) => {
    h = add(h, layer.o(attend(pass, layer, index, backend.rmsNorm(h, layer.attentionNorm, normEps))));
    const x = backend.rmsNorm(h, layer.networkNorm, normEps);
    const update = layer.network(x, (_, seen) => seen, {entering: x, scores: null});
    h = add(h, update);
  });
  cache.length += ids.length;
  const kept = rows === "all" ? ids.length : 1;
  const last = h.subarray((ids.length - kept) * hiddenSize);
  const data = model.head(backend.rmsNorm(last, model.norm, normEps));
  return {shape: [kept, vocabSize], data};
}

/** The new tokens of a pass, the same for all layers. */
interface Pass {
  readonly model: Attamba;
  readonly cache: AttambaCache;
  readonly positions: Int32Array;
  readonly table: RotaryTable;
}

function passOf(model: Attamba, cache: AttambaCache, tokens: number): Pass {
  const {headDim, ropeTheta} = model.config;
  const positions = Int32Array.from({length: tokens}, (_, t) => cache.length + t);
  return {model, cache, positions, table: rotaryTable(inverseFrequencies(headDim, ropeTheta), positions)};
}

/** Queries over the states that they may see: x [T, hidden] to [T, heads · headDim]. The cache gets what later tokens need. */
function attend({model, cache, positions, table}: Pass, layer: AttambaLayer, index: number, x: Float32Array) {
  const {heads, headDim} = model.config;
  const {rule, length} = cache;
  const tokens = positions.length;
  const before = cache.layers[index];
  const spans = spansOf(rule, index, positions);
  const [k, v] = [layer.k(x, spans, before.open?.[0] ?? null), layer.v(x, spans, before.open?.[1] ?? null)];
  const rotated = (side: Float32Array) => rotate(side, heads, table, tokens, "interleaved");
  const memory: ChunkMemory = {
    keys: joined(before.keys, rotated(add(x, k.y))),
    values: joined(before.values, add(x, v.y)),
    positions: Int32Array.from([...before.positions, ...positions]),
    open: k.open && v.open ? [k.open, v.open] : null,
  };
  cache.layers[index] = pruned(memory, rule, index, length + tokens);
  return model.backend.attention({
    layer: index,
    q: rotated(layer.q(x)),
    keys: memory.keys,
    values: memory.values,
    heads,
    kvHeads: heads,
    headDim,
    queryPositions: positions,
    keyPositions: memory.positions,
    window: null,
    mask: maskOf(rule, index, positions, memory.positions),
  });
}

/** The new tokens cut where chunks end. */
function spansOf({ends}: ChunkRule, layer: number, positions: Int32Array): Span[] {
  const spans: Span[] = [];
  let from = 0;
  positions.forEach((position, t) => {
    const isEnd = ends(layer, position);
    if (!isEnd && t + 1 < positions.length) return;
    spans.push({from, to: t + 1, ends: isEnd});
    from = t + 1;
  });
  return spans;
}

/** Keys that each query sees, [T, L]. */
function maskOf(rule: ChunkRule, layer: number, queries: Int32Array, keys: Int32Array): Uint8Array {
  const mask = new Uint8Array(queries.length * keys.length);
  queries.forEach((query, i) => {
    keys.forEach((key, j) => {
      if (isVisible(rule, layer, query, key)) mask[i * keys.length + j] = 1;
    });
  });
  return mask;
}

function joined(a: Float32Array, b: Float32Array): Float32Array {
  if (a.length === 0) return b;
  const both = new Float32Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
