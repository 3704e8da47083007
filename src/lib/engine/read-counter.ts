import type {AttentionCall} from "./attention.js";
import type {Hooks} from "./hooks.js";

/** Reads of a cache by decoded tokens, means over tokens. */
export interface Reads {
  /** Share of the keys up to a token that a head of a counted layer was shown. */
  readonly shownShare: number;
  /** Keys that were read in all layers: those of a key head that any of its query heads was shown. */
  readonly keys: number;
  /** Keys that a cache of everything would have had to read. */
  readonly allKeys: number;
  /** Keys shown to query heads of the counted layers, each head for itself. */
  readonly shownToHeads: number;
}

/** Counts what attention is really shown, whatever hooks and cache lie between. */
export interface ReadCounter {
  /** The same hooks, watched. */
  watch(hooks: Hooks): Hooks;
  /** @throws RangeError if no token was counted. */
  reads(): Reads;
  /** Keys, over all layers and key heads, that the last query of the last pass was shown. */
  lastKeys(): number;
}

/**
 * A counter for texts whose tokens from position `from` on count as decoded.
 * @param denseLayers first layers that are left out of `shownShare` and `shownToHeads`: they see everything anyway
 */
export function readCounter({from = 0, denseLayers = 0} = {}): ReadCounter {
  let [tokens, keys, allKeys, shown, visible] = [0, 0, 0, 0, 0];
  const last = new Map<number, number>();
  const count = (call: AttentionCall) => {
    const {layer, queryPositions, heads, kvHeads} = call;
    queryPositions.forEach((position, i) => {
      const read = readBy(call, i);
      last.set(layer, read.keys);
      if (position < from) return;
      if (layer === 0) tokens++;
      keys += read.keys;
      allKeys += (position + 1) * kvHeads;
      if (layer < denseLayers) return;
      shown += read.shown;
      visible += (position + 1) * heads;
    });
  };
  return {
    watch: (hooks) => ({
      ...hooks,
      attention(call, plain) {
        const counted = (inner: AttentionCall) => {
          count(inner);
          return plain(inner);
        };
        return hooks.attention?.(call, counted) ?? counted(call);
      },
    }),
    reads() {
      if (tokens === 0)
        throw new RangeError(`readCounter: a token from position ${from} on must be read, got none`);
      return {
        shownShare: shown / visible,
        keys: keys / tokens,
        allKeys: allKeys / tokens,
        shownToHeads: shown / tokens,
      };
    },
    lastKeys: () => Array.from(last.values()).reduce((sum, each) => sum + each, 0),
  };
}

/** Keys of all key heads that query i reads, and keys that its heads are shown. */
function readBy({heads, kvHeads, keyPositions, queryPositions, window, mask}: AttentionCall, i: number) {
  const [T, L] = [queryPositions.length, keyPositions.length];
  const position = queryPositions[i];
  const first = window === null ? Number.NEGATIVE_INFINITY : position - window + 1;
  const group = heads / kvHeads;
  let [keys, shown] = [0, 0];
  for (let g = 0; g < kvHeads; g++) {
    for (let j = 0; j < L; j++) {
      if (keyPositions[j] > position || keyPositions[j] < first) continue;
      let readers = mask ? 0 : group;
      if (mask) for (let h = g * group; h < (g + 1) * group; h++) readers += mask[(h * T + i) * L + j];
      shown += readers;
      if (readers > 0) keys++;
    }
  }
  return {keys, shown};
}
