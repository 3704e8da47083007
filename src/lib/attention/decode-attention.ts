import {decodeAttentionWasm} from "../kernels/generated/decode-attention.js";
import {type WasmHeap, wasmHeap} from "../kernels/wasm-heap.js";
import {requireInteger} from "../tensor/require.js";
import {requireSelection} from "./attend-selected.js";

type Kernel = (
  q: number,
  cache: number,
  list: number,
  count: number,
  scores: number,
  out: number,
  d: number,
  scale: number,
) => void;

/** Sizes of one decode step's attention. */
export interface DecodeAttentionSizes {
  readonly heads: number;
  /** Key and value heads; each is shared by heads / kvHeads query heads. */
  readonly kvHeads: number;
  readonly headDim: number;
  /** Tokens that there is room for. */
  readonly capacity: number;
}

/** The keys and values of one layer in a kernel's memory, and the attention of one decoded token over them. */
export interface DecodeAttention {
  /** Tokens that are kept. */
  readonly tokens: number;
  /**
   * Adds keys and values [tokens, kvHeads, headDim] of the next tokens, after rotary.
   * @throws RangeError unless they hold equally many whole tokens that there is room for.
   */
  append(keys: Float32Array, values: Float32Array): void;
  /**
   * Dense attention of q [heads, headDim] over all tokens, [heads, headDim].
   * @throws RangeError if q has another size or there is no token.
   */
  attend(q: Float32Array): Float32Array;
  /**
   * Attention over selected tokens: it reads those and nothing else.
   * @param selected the indices of the tokens, a list for each head, or one for each kv head that its query heads share
   * @throws RangeError if q has another size, or unless every list names at least one token and only such as exist.
   */
  attendSelected(q: Float32Array, selected: readonly ArrayLike<number>[]): Float32Array;
}

/** Query heads that share the reading of a token. */
const TOGETHER = 4;
/** Room of the kernels for the scores of a block of tokens. */
const SCORES = 64;

/** Places of the parts of a layer in the heap. */
interface Layer {
  readonly heap: WasmHeap;
  readonly kernels: Readonly<Record<"attendFour" | "attendOne", Kernel>>;
  readonly sizes: DecodeAttentionSizes;
  /** headDim with zeros up to a multiple of 8. */
  readonly d: number;
  /** [kvHeads, capacity, 2, d]: the value of a token follows its key. */
  readonly cache: number;
  readonly every: number;
  readonly list: number;
  readonly scores: number;
  readonly q: number;
  readonly out: number;
}

/**
 * A cache whose dense and sparse decode attention run in WebAssembly with SIMD, one thread, in float32: within 1e-5 of
 * the largest value of {@link attendAll} and {@link attendSelected}, the plain forms. Key and value of a token and head
 * lie side by side, so that a dense step reads memory in order and a selected token is one run of it.
 * @throws RangeError if a size is no integer of at least 1, kvHeads does not divide heads, or memory is too small.
 */
export async function decodeAttention(sizes: DecodeAttentionSizes): Promise<DecodeAttention> {
  for (const [name, size] of Object.entries(sizes)) requireInteger("decodeAttention", name, size, 1);
  const {heads, kvHeads} = sizes;
  if (heads % kvHeads !== 0) {
    throw new RangeError(`decodeAttention: kvHeads must divide ${heads} heads, got ${kvHeads}`);
  }
  const layer = await layerOf(sizes);
  const group = heads / kvHeads;
  let tokens = 0;
  return {
    get tokens() {
      return tokens;
    },
    append(keys, values) {
      const count = keys.length / (kvHeads * sizes.headDim);
      requireRoom(sizes, keys, values, sizes.capacity - tokens);
      storeRows(layer, keys, tokens, 0);
      storeRows(layer, values, tokens, 1);
      tokens += count;
    },
    attend(q) {
      if (tokens === 0) throw new RangeError("attend: the cache must hold at least one token, got none");
      storeQuery(layer, "attend", q);
      for (let g = 0; g < kvHeads; g++) attendHeads(layer, g * group, group, layer.every, tokens);
      return readOut(layer);
    },
    attendSelected(q, selected) {
      const shared = selected.length === kvHeads ? group : 1;
      requireSelection("attendSelected", selected, heads / shared, tokens);
      storeQuery(layer, "attendSelected", q);
      selected.forEach((chosen, i) => {
        layer.heap.integers(layer.list, chosen.length).set(chosen);
        attendHeads(layer, i * shared, shared, layer.list, chosen.length);
      });
      return readOut(layer);
    },
  };
}

async function layerOf(sizes: DecodeAttentionSizes): Promise<Layer> {
  const {heads, kvHeads, headDim, capacity} = sizes;
  const heap = wasmHeap();
  const d = Math.ceil(headDim / 8) * 8;
  const numbers = (count: number) => heap.allocate(4 * count);
  const layer = {
    ...{heap, sizes, d, kernels: await heap.instantiate<Layer["kernels"]>(decodeAttentionWasm)},
    ...{cache: numbers(2 * kvHeads * capacity * d), every: numbers(capacity), list: numbers(capacity)},
    ...{scores: numbers(SCORES), q: numbers(heads * d), out: numbers(heads * d)},
  };
  heap.integers(layer.every, capacity).set(Int32Array.from({length: capacity}, (_, token) => token));
  return layer;
}

function requireRoom(
  {kvHeads, headDim}: DecodeAttentionSizes,
  keys: Float32Array,
  values: Float32Array,
  room: number,
): void {
  const count = keys.length / (kvHeads * headDim);
  if (Number.isInteger(count) && values.length === keys.length && count <= room) return;
  throw new RangeError(
    `append: keys and values must hold [tokens, ${kvHeads}, ${headDim}] of at most ${room} tokens, ` +
      `got ${keys.length} and ${values.length} numbers`,
  );
}

/** Rows [tokens, kvHeads, headDim] as keys (part 0) or values (part 1) from token `first` on. */
function storeRows({heap, sizes, d, cache}: Layer, rows: Float32Array, first: number, part: number): void {
  const {kvHeads, headDim, capacity} = sizes;
  for (let row = 0; row * headDim < rows.length; row++) {
    const token = (row % kvHeads) * capacity + first + Math.floor(row / kvHeads);
    heap
      .floats(cache + 4 * (2 * token + part) * d, headDim)
      .set(rows.subarray(row * headDim, (row + 1) * headDim));
  }
}

function storeQuery({heap, sizes, d, q}: Layer, where: string, query: Float32Array): void {
  const {heads, headDim} = sizes;
  if (query.length !== heads * headDim) {
    throw new RangeError(`${where}: q must hold [${heads}, ${headDim}] numbers, got ${query.length}`);
  }
  const to = heap.floats(q, heads * d);
  for (let h = 0; h < heads; h++) to.set(query.subarray(h * headDim, (h + 1) * headDim), h * d);
}

/** `count` heads of one kv head, from `first` on, over the tokens of a list. */
function attendHeads(layer: Layer, first: number, count: number, list: number, length: number): void {
  const {kernels, sizes, d, scores} = layer;
  const {heads, kvHeads, headDim, capacity} = sizes;
  const cache = layer.cache + 8 * Math.floor((first * kvHeads) / heads) * capacity * d;
  let head = first;
  while (head < first + count) {
    const isTogether = head + TOGETHER <= first + count;
    const kernel = isTogether ? kernels.attendFour : kernels.attendOne;
    const own = 4 * head * d;
    kernel(layer.q + own, cache, list, length, scores, layer.out + own, d, 1 / Math.sqrt(headDim));
    head += isTogether ? TOGETHER : 1;
  }
}

function readOut({heap, sizes, d, out}: Layer): Float32Array {
  const {heads, headDim} = sizes;
  const from = heap.floats(out, heads * d);
  const result = new Float32Array(heads * headDim);
  for (let h = 0; h < heads; h++) result.set(from.subarray(h * d, h * d + headDim), h * headDim);
  return result;
}
