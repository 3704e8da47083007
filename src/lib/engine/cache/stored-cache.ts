/** Caches that hold keys and values in a form of their own, and what such a form has to do. */

import {checkTruncate, type KvCache} from "./kv-cache.js";
import type {PackedKvCache} from "./packed-kv-cache.js";

/** Keys and values of a layer as attention reads them. */
export type LayerKv = ReturnType<KvCache["read"]>;

/** Where a cache really puts its tokens. */
export interface KvStore {
  /** Takes tokens that follow those it has. */
  put(layer: number, kv: LayerKv): void;
  /** What is left of all tokens that it took. */
  get(layer: number): LayerKv;
  /** Forgets tokens from position `length` on. */
  cut(length: number): void;
  /** Bytes of all that it holds. */
  bytes(): number;
}

export interface StoredCacheOptions {
  /** True: the store takes and gives keys before rotary. */
  readonly unrotatedKeys?: boolean;
  /**
   * What a pass sees of its own tokens: as they came, and put into the store only after it (`exact`, the rule of prefill
   * in the papers), or as the store gives them back (`stored`: harsher, every token reads the compressed cache).
   */
  readonly own?: "exact" | "stored";
}

/**
 * A cache over a store. Between `append` and `read` of a layer the newest tokens are still floats, and counted so. What a
 * layer's `read` gives is overwritten by its next.
 */
export function storedCache(
  store: KvStore,
  {unrotatedKeys = false, own = "exact"}: StoredCacheOptions = {},
): PackedKvCache {
  const fresh = new Map<number, LayerKv>();
  const rooms = new Map<number, Room>();
  const settle = (layer: number) => {
    const kv = fresh.get(layer);
    if (kv) store.put(layer, kv);
    fresh.delete(layer);
  };
  return {
    length: 0,
    unrotatedKeys,
    append(layer, keys, values, positions) {
      settle(layer);
      fresh.set(layer, {keys: keys.slice(), values: values.slice(), positions: positions.slice()});
      if (own === "stored") settle(layer);
    },
    read(layer) {
      const kv = fresh.get(layer);
      if (kv === undefined) return store.get(layer);
      const room = rooms.get(layer) ?? {keys: new Float32Array(0), values: new Float32Array(0)};
      rooms.set(layer, room);
      const all = joined(store.get(layer), kv, room);
      settle(layer);
      return all;
    },
    truncate(length) {
      checkTruncate(this.length, length);
      this.length = length;
      for (const layer of [...fresh.keys()]) settle(layer);
      store.cut(length);
    },
    bytes: () =>
      [...fresh.values()].reduce(
        (sum, {keys, values}) => sum + keys.byteLength + values.byteLength,
        store.bytes(),
      ),
  };
}

/** Where a layer's tokens are put together for attention, over and over: a new array with every token costs more. */
interface Room {
  keys: Float32Array;
  values: Float32Array;
}

/** Tokens one after another. */
function joined(held: LayerKv, fresh: LayerKv, room: Room): LayerKv {
  const positions = new Int32Array(held.positions.length + fresh.positions.length);
  positions.set(held.positions);
  positions.set(fresh.positions, held.positions.length);
  room.keys = withRoom(room.keys, held.keys.length + fresh.keys.length);
  room.values = withRoom(room.values, held.values.length + fresh.values.length);
  return {
    keys: filled(room.keys, held.keys, fresh.keys),
    values: filled(room.values, held.values, fresh.values),
    positions,
  };
}

const withRoom = (x: Float32Array, length: number): Float32Array =>
  length <= x.length ? x : new Float32Array(Math.ceil(1.5 * length));

function filled(room: Float32Array, first: Float32Array, second: Float32Array): Float32Array {
  room.set(first);
  room.set(second, first.length);
  return room.subarray(0, first.length + second.length);
}

/**
 * What a cache that unpacks gives for the same stored thing each time, computed once and held for as long as that thing is.
 * For studies that decode many texts: the floats are no part of the cache and are not counted.
 */
export function unpackedOnce<P extends object>(
  unpack: (packed: P) => Float32Array,
): (packed: P) => Float32Array {
  const known = new WeakMap<P, Float32Array>();
  return (packed) => {
    const found = known.get(packed) ?? unpack(packed);
    known.set(packed, found);
    return found;
  };
}

/** An option of caches whose unpacking is slow. */
export interface UnpackOptions {
  /** True: unpacked values are held beside the packed ones ({@link unpackedOnce}); what is stored stays the same. */
  readonly unpackOnce?: boolean;
}

/** Arrays one after another. */
export function concat(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, {length}) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
