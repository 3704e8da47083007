import type {MixerState} from "../mamba/mamba-cache.js";
import {type AttambaConfig, ownEnds, scanChannels} from "./attamba-config.js";
import type {ChunkEnds} from "./chunk-ends.js";

/** Rule of what is kept of a text: where chunks end, and how many of the last tokens are seen one by one. */
export interface ChunkRule {
  readonly ends: ChunkEnds;
  readonly leading: number;
}

/** The memory of a layer: rotated keys and values of some tokens, and the open chunk. */
export interface ChunkMemory {
  /** [held, heads, headDim] */
  readonly keys: Float32Array;
  readonly values: Float32Array;
  /** Places in the text of the held tokens, ascending. */
  readonly positions: Int32Array;
  /** States of the chunk that has not ended, of keys and of values; null where the last token ended one. */
  readonly open: readonly [keys: MixerState, values: MixerState] | null;
}

/** The memory of a whole model. A layer's memory is replaced, never changed, so that a copy of the list is a copy. */
export interface AttambaCache {
  /** Tokens that the model has taken in. */
  length: number;
  readonly rule: ChunkRule;
  readonly layers: ChunkMemory[];
}

/** The memory before the first token; by default with the chunks that the model was trained with. */
export function attambaCache(config: AttambaConfig, rule: Partial<ChunkRule> = {}): AttambaCache {
  const {ends = ownEnds(config), leading = config.leading} = rule;
  const none = new Float32Array(0);
  return {
    length: 0,
    rule: {ends, leading},
    layers: Array.from({length: config.layers}, () => ({
      keys: none,
      values: none,
      positions: new Int32Array(0),
      open: null,
    })),
  };
}

/** A cache that goes on by itself from the same text. */
export const copyOfCache = (cache: AttambaCache): AttambaCache => ({...cache, layers: [...cache.layers]});

/** True if a query sees the key of a token. (section 3.2) */
export function isVisible({ends, leading}: ChunkRule, layer: number, query: number, key: number): boolean {
  return key <= query && (query - key <= leading || ends(layer, key));
}

/** The memory that the tokens after a text of `length` still need: ends of chunks, and the last tokens. */
export function pruned(
  memory: ChunkMemory,
  {ends, leading}: ChunkRule,
  layer: number,
  length: number,
): ChunkMemory {
  const {keys, values, positions} = memory;
  const width = keys.length / positions.length;
  const kept = Array.from(positions.keys()).filter(
    (i) => positions[i] >= length - leading || ends(layer, positions[i]),
  );
  const rows = (from: Float32Array) => {
    const part = new Float32Array(kept.length * width);
    kept.forEach((row, i) => {
      part.set(from.subarray(row * width, (row + 1) * width), i * width);
    });
    return part;
  };
  return {
    ...memory,
    keys: rows(keys),
    values: rows(values),
    positions: Int32Array.from(kept, (row) => positions[row]),
  };
}

/** Numbers that a cache holds: of keys and values, and of the states of open chunks, for which there is always room. */
export function heldNumbers(
  {layers}: AttambaCache,
  {scan}: AttambaConfig,
): {readonly keysAndValues: number; readonly states: number} {
  const perScan = scan.inner * scan.state + (scan.convWidth - 1) * scanChannels(scan);
  return {
    keysAndValues: layers.reduce((sum, {keys, values}) => sum + keys.length + values.length, 0),
    states: 2 * layers.length * perScan,
  };
}
