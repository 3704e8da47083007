import type {AttentionCall} from "../engine/attention.js";
import type {PackedKvCache} from "../engine/cache/packed-kv-cache.js";
import type {DecoderConfig} from "../engine/decoder/config.js";
import type {Hooks} from "../engine/hooks.js";

/** A cache of which a decoded token reads a part; cache and hooks belong to one text. */
export interface ReadingCache {
  readonly cache: PackedKvCache;
  readonly hooks: Hooks;
  /** Bytes of all that is held: the cache, and what the selection keeps beside it. */
  bytes(): number;
  /** Bytes that the last pass read of it. */
  bytesRead(): number;
}

export interface SelectiveReadingOptions {
  /** First layers that read everything. */
  readonly denseLayers?: number;
  /** For each query head the indices of the keys that a decoded token reads. */
  select(call: AttentionCall): readonly ArrayLike<number>[];
  /** Called with every pass of a layer that may select, before it does. */
  prepare?(call: AttentionCall): void;
  /** Bytes that the selection keeps beside the cache, all of which a decoded token looks at. */
  extraBytes?(): number;
}

/**
 * Reads a cache in part: a pass of one token sees the keys that are selected for each head, a longer one (a prefill) all.
 * Heads that share keys read what any of them selected. Bytes read are a share of the cache's, every row counting alike.
 * @throws RangeError (in the pass) if a head selects a key that there is not, or none.
 */
export function selectiveReading(
  {layers, kvHeads}: DecoderConfig,
  cache: PackedKvCache,
  {denseLayers = 0, select, prepare, extraBytes = () => 0}: SelectiveReadingOptions,
): ReadingCache {
  const read = new Float64Array(layers);
  const held = new Float64Array(layers);
  let hasChosen = false;
  const hooks: Hooks = {
    attention(call, plain) {
      const {layer} = call;
      const L = call.keyPositions.length;
      held[layer] = L * kvHeads;
      read[layer] = held[layer];
      if (layer === 0) hasChosen = false;
      if (layer < denseLayers) return plain(call);
      prepare?.(call);
      if (call.queryPositions.length > 1) return plain(call);
      const mask = maskOf(select(call), call);
      read[layer] = rowsRead(mask, call);
      hasChosen = true;
      return mask.includes(0) ? plain({...call, mask}) : plain(call);
    },
  };
  return {
    cache,
    hooks,
    bytes: () => cache.bytes() + extraBytes(),
    bytesRead() {
      const [all, some] = [held, read].map((rows) => rows.reduce((sum, value) => sum + value, 0));
      return all === 0 ? 0 : (cache.bytes() * some!) / all! + (hasChosen ? extraBytes() : 0);
    },
  };
}

/** [heads, 1, L] */
function maskOf(selected: readonly ArrayLike<number>[], {heads, keyPositions}: AttentionCall): Uint8Array {
  const L = keyPositions.length;
  if (selected.length !== heads) {
    throw new RangeError(`selectiveReading: select must give ${heads} heads, got ${selected.length}`);
  }
  const mask = new Uint8Array(heads * L);
  selected.forEach((keys, h) => {
    const list = Array.from(keys);
    const wrong = list.find((j) => !Number.isInteger(j) || j < 0 || j >= L);
    if (list.length === 0 || wrong !== undefined) {
      throw new RangeError(
        `selectiveReading: head ${h} must select keys from 0 to ${L - 1}, got ${wrong ?? "none"}`,
      );
    }
    for (const j of list) mask[h * L + j] = 1;
  });
  return mask;
}

/** Rows of any key head that one of its query heads reads. */
function rowsRead(mask: Uint8Array, {heads, kvHeads, keyPositions}: AttentionCall): number {
  const L = keyPositions.length;
  const group = heads / kvHeads;
  let rows = 0;
  for (let g = 0; g < kvHeads; g++) {
    for (let j = 0; j < L; j++) {
      for (let h = g * group; h < (g + 1) * group; h++) {
        if (mask[h * L + j] === 0) continue;
        rows++;
        break;
      }
    }
  }
  return rows;
}
