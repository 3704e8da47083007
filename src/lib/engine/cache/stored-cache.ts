/** Caches over a store that holds keys and values in a form of its own. */

import {checkTruncate} from "./kv-cache.js";
import {type FloatKv, type KvStore, type StoredRuns, undoLog} from "./kv-store.js";
import type {PackedKvCache} from "./packed-kv-cache.js";
import {floatRun, type HeadKv, headRuns, type Run} from "./stored-kv.js";

/** Options of a cache over a store. */
export interface StoredCacheOptions {
  /** True: the store takes and gives keys before rotary. */
  readonly unrotatedKeys?: boolean;
  /**
   * The way a pass reads its own tokens: as they came, and put into the store only after it (`exact`, the rule of prefill
   * in the papers), or as the store gives them back (`stored`: harsher, every token reads the compressed cache).
   */
  readonly own?: "exact" | "stored";
  /**
   * `whole`: the store takes the prompt at once when {@link KvCache.endPrompt} ends it, and its tokens are floats until
   * then. By default the store takes tokens pass by pass, and the end of a prompt changes nothing.
   */
  readonly prompt?: "whole" | "in parts";
}

/** Tokens of the newest passes that can be taken back: as many as a draft may have. */
const UNDO_TOKENS = 64;

/** A layer's tokens: the places of all, and those that are still floats. */
interface Rows {
  positions: Int32Array;
  count: number;
  readonly width: number;
  fresh: FloatKv | undefined;
  /** True if attention has had the fresh tokens: they go into the store before anything else is asked. */
  isRead: boolean;
  /** Buffer in which tokens are put together for attention, used again: a new array with every token costs more. */
  room: {keys: Float32Array; values: Float32Array};
}

/**
 * A cache over a store. Between `append` and `read` of a layer the newest tokens are still floats, and counted so. What a
 * layer's `read` gives is overwritten by its next.
 *
 * `truncate` leaves, to the bit, the cache that never saw the tokens that it forgets. For that the passes of the newest 64
 * tokens are held as floats with the state before each; they are no part of the cache and are not counted. Places before
 * them were packed for good: they are refused, except 0, and except where the store holds every token on its own.
 */
export function storedCache(
  store: KvStore,
  {unrotatedKeys = false, own = "exact", prompt = "in parts"}: StoredCacheOptions = {},
): PackedKvCache {
  const layers: Rows[] = [];
  const log = undoLog(store, UNDO_TOKENS);
  const restoreEmpty = store.save();
  let isWaiting = prompt === "whole";
  const settle = (layer: number) => {
    const {fresh} = layers[layer];
    if (fresh === undefined || isWaiting) return;
    store.put(layer, fresh);
    layers[layer].fresh = undefined;
    layers[layer].isRead = false;
  };
  const settleRead = () => {
    for (const [layer, {isRead}] of layers.entries()) if (isRead) settle(layer);
  };
  const settleAll = () => {
    for (const layer of layers.keys()) settle(layer);
  };
  const forget = (length: number) => {
    for (const rows of layers) {
      while (rows.count > 0 && rows.positions[rows.count - 1] >= length) rows.count--;
      if (rows.fresh) rows.fresh = firstValues(rows.fresh, rows.count * rows.width);
    }
  };
  return {
    length: 0,
    unrotatedKeys,
    append(layer, keys, values, positions) {
      layers[layer] ??= emptyRows(keys.length / positions.length);
      const rows = layers[layer];
      const kv = {keys: keys.slice(), values: values.slice()};
      if (!isWaiting) {
        if (log.begins(layer, positions[0])) settleAll();
        log.note(layer, kv, positions[0], positions.length);
      }
      if (rows.isRead) settle(layer);
      rows.fresh = rows.fresh === undefined ? kv : joined(rows.fresh, kv, emptyRoom());
      addPositions(rows, positions);
      if (own === "stored") settle(layer);
    },
    read(layer) {
      if (layers[layer]?.isRead) settle(layer);
      const {fresh, room, positions, count} = layers[layer] ?? emptyRows(0);
      const held =
        fresh && isWaiting ? fresh : fresh ? joined(store.get(layer), fresh, room) : store.get(layer);
      if (fresh) settle(layer);
      return {...held, positions: positions.slice(0, count)};
    },
    stored(layer) {
      const rows = layers[layer] ?? emptyRows(0);
      const {fresh, positions, count, width} = rows;
      const held = isWaiting ? undefined : store.runs?.(layer);
      if (held === undefined) return undefined;
      rows.isRead = fresh !== undefined;
      const withFresh = (runs: readonly Run[], side: keyof FloatKv) =>
        fresh ? [...runs, floatRun(fresh[side], width)] : runs;
      return {
        ...(held.heads
          ? {keys: [], values: [], heads: fresh ? withFreshRows(held.heads, fresh, width) : held.heads}
          : {keys: withFresh(held.keys, "keys"), values: withFresh(held.values, "values")}),
        positions: positions.subarray(0, count),
        unpack: () => (fresh ? joined(store.get(layer), fresh, emptyRoom()) : store.get(layer)),
        keysFrom: (token) => (fresh ? tailOf(held, fresh.keys, count, width, token) : held.keysFrom(token)),
      };
    },
    endPrompt() {
      // A prompt in parts was read as floats; tokens after it need not be.
      store.forgetFloats?.();
      for (const rows of layers) rows.room = emptyRoom();
      if (!isWaiting) return;
      isWaiting = false;
      settleAll();
    },
    truncate(length) {
      checkTruncate(this.length, length);
      if (length === this.length) return;
      settleAll();
      if (length === 0) {
        restoreEmpty();
        log.clear();
        isWaiting = prompt === "whole";
        layers.length = 0;
      } else if (store.cut) store.cut(length);
      else if (!isWaiting) log.undoTo(checkReach(log.first ?? this.length, this.length, length));
      forget(length);
      this.length = length;
    },
    bytes() {
      settleRead();
      return layers.reduce(
        (sum, {fresh}) => sum + (fresh ? fresh.keys.byteLength + fresh.values.byteLength : 0),
        store.bytes(),
      );
    },
  };
}

function addPositions(rows: Rows, positions: Int32Array): void {
  if (rows.count + positions.length > rows.positions.length) {
    const bigger = new Int32Array(2 * (rows.count + positions.length));
    bigger.set(rows.positions);
    rows.positions = bigger;
  }
  rows.positions.set(positions, rows.count);
  rows.count += positions.length;
}

/** Heads that hold tokens of their own, and the newest tokens, still floats. */
function withFreshRows(heads: readonly HeadKv[], fresh: FloatKv, width: number): HeadKv[] {
  const dim = width / heads.length;
  const [keys, values] = [fresh.keys, fresh.values].map((x) => headRuns(floatRun(x, dim), heads.length));
  return heads.map((head, g) => ({
    keys: [...head.keys, keys[g]],
    values: [...head.values, values[g]],
  }));
}

/** Keys from a token on, of which the newest are still floats. */
function tailOf(held: StoredRuns, fresh: Float32Array, count: number, width: number, token: number) {
  const settled = count - fresh.length / width;
  if (token >= settled) return fresh.subarray((token - settled) * width);
  return concat([held.keysFrom(token), fresh]);
}

function checkReach(first: number, length: number, to: number): number {
  if (to >= first) return to;
  throw new RangeError(
    `truncate: length must be 0 or from ${first} to ${length}, got ${to}: what was packed before does not come back`,
  );
}

const emptyRoom = () => ({keys: new Float32Array(0), values: new Float32Array(0)});

const emptyRows = (width: number): Rows => ({
  positions: new Int32Array(0),
  count: 0,
  width,
  fresh: undefined,
  isRead: false,
  room: emptyRoom(),
});

const firstValues = ({keys, values}: FloatKv, count: number): FloatKv => ({
  keys: keys.subarray(0, count),
  values: values.subarray(0, count),
});

/** Tokens one after another. */
function joined(held: FloatKv, fresh: FloatKv, room: Rows["room"]): FloatKv {
  room.keys = withRoom(room.keys, held.keys.length + fresh.keys.length);
  room.values = withRoom(room.values, held.values.length + fresh.values.length);
  return {
    keys: filled(room.keys, held.keys, fresh.keys),
    values: filled(room.values, held.values, fresh.values),
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
 * A function that unpacks the same stored thing once and holds what it gave for as long as that thing is. For studies that
 * decode many texts: the floats are no part of the cache and are not counted.
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
