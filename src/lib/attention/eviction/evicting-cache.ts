import {checkTruncate} from "../../engine/cache/kv-cache.js";
import type {PackedKvCache} from "../../engine/cache/packed-kv-cache.js";
import type {UnpackOptions} from "../../engine/cache/stored-cache.js";
import type {DecoderConfig} from "../../engine/decoder/config.js";
import type {Hooks} from "../../engine/hooks.js";
import type {Format} from "../../formats/format.js";
import {largest} from "../../stats/extent.js";
import {evictingLayer} from "./evicting-layer.js";
import {type EvictionRule, noteBytes} from "./eviction.js";

/** A cache that lets keys go for good, and the hooks that tell it what was attended to; both belong to one text. */
export interface EvictingCache {
  readonly cache: PackedKvCache;
  readonly hooks: Hooks;
}

/** Options of a cache that evicts keys. */
export interface EvictingCacheOptions extends UnpackOptions {
  /** Keys that a head may hold when the text has `seen` tokens. */
  room(seen: number): number;
  /** First keys of the text that are never dropped, on top of the room. */
  readonly sinks?: number;
  /** First layers that keep everything. */
  readonly denseLayers?: number;
  /** Packing of the rows that stay, each head's on its own; without it they stay float32. */
  readonly format?: Format;
}

/** Tokens that can be taken back: as many as a draft may have. */
const UNDO_TOKENS = 64;

/**
 * Evicts head by head: every key head of every layer holds its own tokens, and what the rule drops is freed. The prompt
 * sees all of itself, as it came; {@link KvCache.endPrompt} ends it, and the rule decides what stays. From then on every
 * token reads what is held and itself, and the rule goes on. In what parts tokens come makes no difference.
 *
 * `truncate` leaves, to the bit, the cache that never saw the tokens that it forgets, scores included. For that the states
 * before each of the newest 64 decoded tokens are held with the rows that were dropped since; they are no part of the cache
 * and are not counted. Places before them, and places within a prompt whose attention was counted, are refused, except 0.
 *
 * Bytes count keys and values, 4 a token and head for its position, and 8 for its score where the rule counts attention.
 */
export function evictingCache(
  {layers: count, kvHeads, headDim}: DecoderConfig,
  rule: EvictionRule,
  {room, sinks = 0, denseLayers = 0, format, unpackOnce = false}: EvictingCacheOptions,
): EvictingCache {
  const shared = {kvHeads, headDim, room, sinks, format, unpackOnce, undoTokens: UNDO_TOKENS};
  const layers = Array.from({length: count}, (_, layer) =>
    evictingLayer({...shared, rule: layer < denseLayers ? null : rule, noteBytes: noteBytes(rule)}),
  );
  let isPrompt = true;
  const cache: PackedKvCache = {
    length: 0,
    append: (layer, keys, values, positions) => layers[layer].append(keys, values, positions),
    read: (layer) => layers[layer].read(),
    // A prompt is read as it came.
    stored: (layer) => (isPrompt ? undefined : layers[layer].stored()),
    endPrompt() {
      if (isPrompt) for (const layer of layers) layer.endPrompt(this.length);
      isPrompt = false;
    },
    truncate(length) {
      checkTruncate(this.length, length);
      checkReach(largest(layers.map((layer) => layer.reach())), this.length, length);
      this.length = length;
      if (length === 0) isPrompt = true;
      for (const layer of layers) layer.cut(length);
    },
    bytes: () => layers.reduce((sum, layer) => sum + layer.bytes(), 0),
  };
  const hooks: Hooks = {
    attention(call, plain) {
      const layer = layers[call.layer];
      return isPrompt ? layer.attendPrompt(call, plain) : layer.attendTokens(call, plain);
    },
  };
  return {cache, hooks};
}

function checkReach(first: number, length: number, to: number): void {
  if (to === 0 || to >= first) return;
  throw new RangeError(
    `truncate: length must be 0 or from ${first} to ${length}, got ${to}: what was dropped or counted before does not come back`,
  );
}
