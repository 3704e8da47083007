import type {Backend, Linear} from "../../engine/backend.js";
import type {RowFunction} from "../../engine/norm.js";
import {softmaxInPlace} from "../../tensor/softmax.js";
import {embed, reluNetwork, sum, type WeightReader} from "./weights.js";

/** One written token: what later tokens of its row read of it. Rows that begin alike share their first nodes. */
export interface DecoderNode {
  readonly token: number;
  readonly parent: DecoderNode | null;
  /** Tokens before this one. */
  readonly depth: number;
  /** Keys and values [width] of every layer. */
  readonly keys: readonly Float32Array[];
  readonly values: readonly Float32Array[];
}

/** A text as the decoder reads it: keys and values [tokens, width] of every layer. */
export interface DecoderMemory {
  readonly keys: readonly Float32Array[];
  readonly values: readonly Float32Array[];
}

/** A token to write behind a node, or at the beginning. */
export interface DecoderStep {
  readonly token: number;
  readonly parent: DecoderNode | null;
}

/** The decoder of a regression model. */
export interface Decoder {
  /** @param encoded what the encoder gives, [tokens, width] */
  remember(encoded: Float32Array): DecoderMemory;
  /** Writes tokens, each behind a row of its own, and gives their nodes and the logits of what may follow each. */
  write(
    memory: DecoderMemory,
    steps: readonly DecoderStep[],
  ): {readonly nodes: DecoderNode[]; readonly logits: Float32Array[]};
}

/** sin on even features, cos on odd ones. (arXiv:1706.03762, section 3.5) */
function addPosition(x: Float32Array, position: number): void {
  for (let i = 0; i < x.length; i += 2) {
    const angle = position * 10_000 ** (-i / x.length);
    x[i] += Math.sin(angle);
    x[i + 1] += Math.cos(angle);
  }
}

interface Heads {
  readonly heads: number;
  readonly headDim: number;
}

/** softmax(q k / sqrt(headDim)) v of one query over some keys and values, each [width]. */
function attendOne(
  {heads, headDim}: Heads,
  q: Float32Array,
  keys: readonly Float32Array[],
  values: readonly Float32Array[],
): Float32Array {
  const out = new Float32Array(q.length);
  const scores = new Float64Array(keys.length);
  for (let from = 0; from < heads * headDim; from += headDim) {
    keys.forEach((key, at) => {
      let score = 0;
      for (let i = from; i < from + headDim; i++) score += q[i] * key[i];
      scores[at] = score / Math.sqrt(headDim);
    });
    softmaxInPlace(scores);
    values.forEach((value, at) => {
      for (let i = from; i < from + headDim; i++) out[i] += scores[at] * value[i];
    });
  }
  return out;
}

/** Nodes from the first of a row to this one's parent. */
function rowBefore(parent: DecoderNode | null): DecoderNode[] {
  const row: DecoderNode[] = [];
  for (let at = parent; at !== null; at = at.parent) row.push(at);
  return row.reverse();
}

interface DecoderLayer {
  readonly norms: readonly [self: RowFunction, cross: RowFunction, network: RowFunction];
  readonly self: Readonly<Record<"q" | "k" | "v" | "o", Linear>>;
  readonly cross: Readonly<Record<"q" | "k" | "v" | "o", Linear>>;
  readonly network: RowFunction;
}

function readLayer(reader: WeightReader, name: string): DecoderLayer {
  const attention = (part: string) => {
    const projection = (side: string) => reader.linear(`${name}.${part}.${side}_proj`);
    return {q: projection("q"), k: projection("k"), v: projection("v"), o: projection("o")};
  };
  return {
    norms: [
      reader.norm(`${name}.attn_norm`),
      reader.norm(`${name}.cross_norm`),
      reader.norm(`${name}.mlp_norm`),
    ],
    self: attention("self_attn"),
    cross: attention("cross_attn"),
    network: reluNetwork(reader, name),
  };
}

/** Rows of a matrix, each a view. */
function rowsOf(x: Float32Array, width: number): Float32Array[] {
  return Array.from({length: x.length / width}, (_, i) => x.subarray(i * width, (i + 1) * width));
}

/** Rows one after another. */
function joined(rows: readonly Float32Array[], width: number): Float32Array {
  const x = new Float32Array(rows.length * width);
  rows.forEach((row, i) => {
    x.set(row, i * width);
  });
  return x;
}

/** The decoder: causal, looking at a text in every layer, without a last norm. (RegressLM, arXiv:2506.21718) */
export function readDecoder(reader: WeightReader, backend: Backend): Decoder {
  const {width, heads, decoderLayers, targets} = reader.config;
  const shape = {heads, headDim: width / heads};
  const layers = Array.from({length: decoderLayers}, (_, i) => readLayer(reader, `decoder.${i}`));
  const table = reader.table("embed_target");
  const head = reader.linear("head");

  const remember = (encoded: Float32Array): DecoderMemory => ({
    keys: layers.map(({cross}) => cross.k(encoded)),
    values: layers.map(({cross}) => cross.v(encoded)),
  });

  /** Every query sees the whole text. */
  const look = (layer: number, q: Float32Array, memory: DecoderMemory): Float32Array => {
    const [keys, values] = [memory.keys[layer], memory.values[layer]];
    const places = {
      queryPositions: new Int32Array(q.length / width),
      keyPositions: new Int32Array(keys.length / width),
    };
    const call = {layer, q, keys, values, ...places, ...shape, kvHeads: heads};
    return backend.attention({...call, window: null, causal: false});
  };

  const write = (memory: DecoderMemory, steps: readonly DecoderStep[]) => {
    const before = steps.map(({parent}) => rowBefore(parent));
    const kept = steps.map(() => ({keys: [] as Float32Array[], values: [] as Float32Array[]}));
    let x = joined(
      steps.map(({token}, i) => {
        const row = embed(table, width, [token]);
        addPosition(row, before[i].length);
        return row;
      }),
      width,
    );
    layers.forEach(({norms, self, cross, network}, layer) => {
      const y = norms[0](x);
      const [keys, values] = [rowsOf(self.k(y), width), rowsOf(self.v(y), width)];
      const seen = rowsOf(self.q(y), width).map((q, i) => {
        kept[i].keys.push(keys[i]);
        kept[i].values.push(values[i]);
        const row = [...before[i], kept[i]];
        return attendOne(
          shape,
          q,
          row.map((node) => node.keys[layer]),
          row.map((node) => node.values[layer]),
        );
      });
      x = sum(x, self.o(joined(seen, width)));
      const looked = look(layer, cross.q(norms[1](x)), memory);
      x = sum(x, cross.o(looked));
      x = sum(x, network(norms[2](x)));
    });
    const nodes = steps.map(({token, parent}, i) => ({token, parent, depth: before[i].length, ...kept[i]}));
    return {nodes, logits: rowsOf(head(x), targets)};
  };
  return {remember, write};
}
