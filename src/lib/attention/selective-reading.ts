import type {AttentionCall} from "../engine/attention.js";
import type {PackedKvCache} from "../engine/cache/packed-kv-cache.js";
import {withMask} from "../engine/cache/stored-kv.js";
import type {DecoderConfig} from "../engine/decoder/config.js";
import type {Hooks} from "../engine/hooks.js";
import {requireAllInView} from "./selection.js";

/** A cache of which a decoded token reads a part; cache and hooks belong to one text. */
export interface ReadingCache {
  readonly cache: PackedKvCache;
  readonly hooks: Hooks;
  /** Bytes of all that is held: the cache, and what the selection keeps beside it. */
  bytes(): number;
  /** Bytes that the last pass read of it. */
  bytesRead(): number;
}

/** Options of a cache that gives each head a part of its keys. */
export interface SelectiveReadingOptions {
  /** First layers that read everything. */
  readonly denseLayers?: number;
  /** The keys that each query of a decoding pass reads, [heads, T, L]: 1 reads, 0 does not. */
  mask(call: AttentionCall): Uint8Array;
  /** Called with every pass of a layer that may select, before it does. */
  prepare?(call: AttentionCall): void;
  /** Bytes that the selection keeps beside the cache for a text of `tokens`, all of which a decoded token looks at. */
  extraBytes?(tokens: number): number;
}

/**
 * Reads a cache in part: the prompt sees all of itself, and from {@link KvCache.endPrompt} on every token reads the keys that
 * are selected for each head. Heads that share keys read what any of them selected. Bytes read are a share of the cache's,
 * every row counting alike.
 * @param inner gives every token back
 * @throws RangeError (in the pass) if a head selects no key, or a layer has a sliding window that hides keys.
 */
export function selectiveReading(
  {layers, kvHeads}: DecoderConfig,
  inner: PackedKvCache,
  {denseLayers = 0, mask, prepare, extraBytes = () => 0}: SelectiveReadingOptions,
): ReadingCache {
  let isPrompt = true;
  const cache = promptWatched(inner, (is) => {
    isPrompt = is;
  });
  const read = new Float64Array(layers);
  const held = new Float64Array(layers);
  let hasChosen = false;
  const hooks: Hooks = {
    attention(call, plain) {
      const {layer} = call;
      held[layer] = call.keyPositions.length * kvHeads;
      read[layer] = held[layer];
      if (layer === 0) hasChosen = false;
      if (layer < denseLayers) return plain(call);
      prepare?.(call);
      if (isPrompt) return plain(call);
      requireAllInView("selectiveReading", call);
      const chosen = mask(call);
      read[layer] = rowsRead(chosen, call);
      hasChosen = true;
      return chosen.includes(0) ? plain(withMask(call, chosen)) : plain(call);
    },
  };
  return {
    cache,
    hooks,
    bytes: () => cache.bytes() + extraBytes(cache.length),
    bytesRead() {
      const [all, some] = [held, read].map((rows) => rows.reduce((sum, value) => sum + value, 0));
      return all === 0 ? 0 : (cache.bytes() * some!) / all! + (hasChosen ? extraBytes(cache.length) : 0);
    },
  };
}

/** The same cache, which tells when its text's prompt ends and when another begins. */
function promptWatched(cache: PackedKvCache, tell: (isPrompt: boolean) => void): PackedKvCache {
  return {
    get length() {
      return cache.length;
    },
    set length(tokens) {
      cache.length = tokens;
    },
    unrotatedKeys: cache.unrotatedKeys ?? false,
    append: (...given) => cache.append(...given),
    read: (layer) => cache.read(layer),
    ...(cache.stored && {stored: (layer: number) => cache.stored?.(layer)}),
    endPrompt() {
      cache.endPrompt?.();
      tell(false);
    },
    truncate(length) {
      cache.truncate(length);
      if (length === 0) tell(true);
    },
    bytes: () => cache.bytes(),
  };
}

/** Rows of any key head that one of its query heads reads for one of the queries. */
function rowsRead(mask: Uint8Array, {heads, kvHeads, keyPositions, queryPositions}: AttentionCall): number {
  const [T, L] = [queryPositions.length, keyPositions.length];
  const group = heads / kvHeads;
  let rows = 0;
  for (let g = 0; g < kvHeads; g++) {
    for (let j = 0; j < L; j++) {
      for (let row = g * group * T; row < (g + 1) * group * T; row++) {
        if (mask[row * L + j] === 0) continue;
        rows++;
        break;
      }
    }
  }
  return rows;
}
