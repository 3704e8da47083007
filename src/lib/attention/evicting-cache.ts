import type {AttentionCall} from "../engine/attention.js";
import {checkTruncate, type KvCache} from "../engine/cache/kv-cache.js";
import type {PackedKvCache} from "../engine/cache/packed-kv-cache.js";
import type {UnpackOptions} from "../engine/cache/stored-cache.js";
import type {DecoderConfig} from "../engine/decoder/config.js";
import type {Hooks} from "../engine/hooks.js";
import {type Format, type Packed, packedBytes} from "../formats/format.js";
import type {EvictionPolicy} from "./eviction.js";

/** A cache that lets keys go for good, and the hooks that tell it what was attended to; both belong to one text. */
export interface EvictingCache {
  readonly cache: PackedKvCache;
  readonly hooks: Hooks;
}

export interface EvictingCacheOptions extends UnpackOptions {
  /** First layers that keep everything. */
  readonly denseLayers?: number;
  /** How the rows that stay are packed, each head's on its own; without it they stay float32. */
  readonly format?: Format;
}

/** A row of one head: as it came until its pass is over, then packed. */
type Stored = Float32Array | Packed;

/** One token of one key head. */
interface Row {
  readonly position: number;
  key: Stored;
  value: Stored;
  received: number;
  /** What the packed key and value say, where they are unpacked once. */
  unpacked?: readonly [key: Float32Array, value: Float32Array];
}

/**
 * Evicts after each pass, head by head: every key head of every layer holds its own tokens, and what the policy drops is
 * freed. The pass itself sees all that it was given, as it came. Bytes count keys and values, 4 a token and head for its
 * position, and 8 for its score where the policy keeps one.
 */
export function evictingCache(
  {layers, kvHeads, headDim}: DecoderConfig,
  policy: EvictionPolicy,
  {denseLayers = 0, format, unpackOnce = false}: EvictingCacheOptions = {},
): EvictingCache {
  const held: Row[][][] = Array.from({length: layers}, () => Array.from({length: kvHeads}, () => []));
  const passes = new Int32Array(layers);
  const noteBytes = 4 + (policy.countedQueries > 0 ? 8 : 0);
  const cache: PackedKvCache = {
    length: 0,
    append(layer, keys, values, positions) {
      passes[layer] = passes[layer] + 1;
      held[layer].forEach((rows, g) => {
        positions.forEach((position, t) => {
          const from = (t * kvHeads + g) * headDim;
          const [key, value] = [keys, values].map((x) => x.slice(from, from + headDim));
          rows.push({position, key: key!, value: value!, received: 0});
        });
      });
    },
    read: (layer) => unionOf(held[layer], headDim, format),
    truncate(length) {
      checkTruncate(this.length, length);
      this.length = length;
      for (const rows of held.flat()) while ((rows.at(-1)?.position ?? -1) >= length) rows.pop();
      if (length === 0) passes.fill(0);
    },
    bytes: () =>
      held.flat(2).reduce((sum, {key, value}) => sum + noteBytes + storedBytes(key) + storedBytes(value), 0),
  };
  const settle = (layer: number) => {
    if (format) for (const rows of held[layer]) packNewest(rows, format, unpackOnce);
  };
  const evict = (layer: number) => {
    held[layer] = held[layer].map((rows) => {
      const received = new Float64Array(rows.length);
      rows.forEach((row, at) => {
        received[at] = row.received;
      });
      const kept = policy.keep({
        positions: rows.map(({position}) => position),
        received,
        seen: (rows.at(-1)?.position ?? -1) + 1,
        isPrefill: passes[layer] === 1,
      });
      return kept.map((at) => rows[at]);
    });
  };
  const hooks: Hooks = {
    attention(call, plain) {
      const heads = held[call.layer];
      if (call.layer < denseLayers) {
        settle(call.layer);
        return plain(call);
      }
      const mask = presenceMask(call, heads);
      const observe = (p: Float32Array) => {
        count(p, call, heads, policy.countedQueries);
        call.observe?.(p);
      };
      const out = plain({...call, ...(mask && {mask}), ...(policy.countedQueries > 0 && {observe})});
      evict(call.layer);
      settle(call.layer);
      return out;
    },
  };
  return {cache, hooks};
}

/** Packs the rows that are still as they came: they are the last. */
function packNewest(rows: readonly Row[], format: Format, unpackOnce: boolean): void {
  const pack = (data: Float32Array) => format.encode({shape: [1, data.length], data});
  for (let at = rows.length - 1; at >= 0; at--) {
    const row = rows[at];
    if (!(row.key instanceof Float32Array && row.value instanceof Float32Array)) return;
    row.key = pack(row.key);
    row.value = pack(row.value);
    if (unpackOnce) row.unpacked = [unpack(row.key, format), unpack(row.value, format)];
  }
}

function unpack(stored: Stored, format: Format | undefined): Float32Array {
  return stored instanceof Float32Array ? stored : format!.decode(stored).data;
}

function storedBytes(stored: Stored): number {
  return stored instanceof Float32Array ? stored.byteLength : packedBytes(stored);
}

/** All tokens that any head holds; where a head lacks one, its place is zero and the mask hides it. */
function unionOf(
  heads: readonly Row[][],
  headDim: number,
  format: Format | undefined,
): ReturnType<KvCache["read"]> {
  const positions = Int32Array.from(
    new Set(heads.flatMap((rows) => rows.map(({position}) => position))),
  ).sort();
  const keys = new Float32Array(positions.length * heads.length * headDim);
  const values = new Float32Array(keys.length);
  heads.forEach((rows, g) => {
    const places = placesOf(rows, positions);
    rows.forEach((row, at) => {
      const to = (places[at] * heads.length + g) * headDim;
      const [key, value] = row.unpacked ?? [unpack(row.key, format), unpack(row.value, format)];
      for (let c = 0; c < headDim; c++) {
        keys[to + c] = key[c];
        values[to + c] = value[c];
      }
    });
  });
  return {keys, values, positions};
}

/** [heads, T, L]; undefined where every head holds every token. */
function presenceMask(call: AttentionCall, held: readonly Row[][]): Uint8Array | undefined {
  const {heads, kvHeads, keyPositions, queryPositions} = call;
  const [T, L] = [queryPositions.length, keyPositions.length];
  if (held.every((rows) => rows.length === L)) return undefined;
  const mask = new Uint8Array(heads * T * L);
  const rows = held.map((head) => {
    const row = new Uint8Array(L);
    for (const place of placesOf(head, keyPositions)) row[place] = 1;
    return row;
  });
  for (let h = 0; h < heads; h++) {
    for (let i = 0; i < T; i++) mask.set(rows[Math.floor((h * kvHeads) / heads)], (h * T + i) * L);
  }
  return mask;
}

/** Adds the attention of the last queries to the score of each held token. */
function count(
  p: Float32Array,
  {heads, kvHeads, keyPositions, queryPositions}: AttentionCall,
  held: readonly Row[][],
  queries: number,
): void {
  const [T, L] = [queryPositions.length, keyPositions.length];
  const places = held.map((rows) => placesOf(rows, keyPositions));
  for (let h = 0; h < heads; h++) {
    const g = Math.floor((h * kvHeads) / heads);
    for (let i = Math.max(0, T - queries); i < T; i++) {
      const start = (h * T + i) * L;
      held[g].forEach((row, at) => {
        row.received += p[start + places[g][at]];
      });
    }
  }
}

/** Where each row stands among the keys; both ascend. */
function placesOf(rows: readonly Row[], keyPositions: Int32Array): Int32Array {
  const places = new Int32Array(rows.length);
  let place = 0;
  rows.forEach(({position}, at) => {
    while (keyPositions[place] < position) place++;
    places[at] = place;
  });
  return places;
}
