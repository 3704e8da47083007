/** Forms in which caches hold keys and values, and how their newest passes are taken back. */

import type {KvCache} from "./kv-cache.js";
import type {StoredKv} from "./stored-kv.js";

/** Keys and values of a layer, [tokens, kvHeads · headDim] each. */
export type FloatKv = Pick<ReturnType<KvCache["read"]>, "keys" | "values">;

/** Packed runs of a layer in a store, as {@link StoredKv} has them. */
export type StoredRuns = Pick<StoredKv, "keys" | "values" | "heads" | "keysFrom">;

/** Storage of a cache's tokens. */
export interface KvStore {
  /** Takes tokens that follow those it has. */
  put(layer: number, kv: FloatKv): void;
  /** All tokens that it took, as it can give them back. */
  get(layer: number): FloatKv;
  /** The tokens of a layer as they are packed, where kernels can read that. */
  runs?(layer: number): StoredRuns | undefined;
  /** Notes the state of all layers; the function that it gives brings that state back, as often as it is called. */
  save(): () => void;
  /** Keeps the first `tokens` tokens of every layer: only where each token is held on its own. */
  cut?(tokens: number): void;
  /** Lets go of floats that it holds beside what is packed. */
  forgetFloats?(): void;
  /** Bytes of all that it holds. */
  bytes(): number;
}

/** A pass that can be taken back: the state before it, and the floats that it brought to each layer. */
interface Pass {
  readonly from: number;
  readonly tokens: number;
  readonly restore: () => void;
  readonly layers: Map<number, FloatKv>;
}

/** The newest passes into a store, so that they can be taken back to the bit. */
export interface UndoLog {
  /** True if the tokens of a layer from a place on begin another pass. */
  begins(layer: number, from: number): boolean;
  /** Notes what a layer is about to be given. */
  note(layer: number, kv: FloatKv, from: number, tokens: number): void;
  /** The first place that can be gone back to; undefined if none. */
  readonly first: number | undefined;
  /** Brings back the state before the token at `length`; of a pass that is cut, the first tokens are put again. */
  undoTo(length: number): void;
  clear(): void;
}

/**
 * A log of the passes of the newest `most` tokens. It holds their floats and, for each, the state before it; neither is a
 * part of the cache.
 */
export function undoLog(store: KvStore, most: number): UndoLog {
  let passes: Pass[] = [];
  const begins = (layer: number, from: number) => {
    const last = passes.at(-1);
    return last?.from !== from || last.layers.has(layer);
  };
  const note: UndoLog["note"] = (layer, kv, from, tokens) => {
    if (!begins(layer, from)) passes.at(-1)!.layers.set(layer, kv);
    else
      passes = newest(
        [...passes, {from, tokens, restore: store.save(), layers: new Map([[layer, kv]])}],
        most,
      );
  };
  return {
    begins,
    note,
    get first() {
      return passes[0]?.from;
    },
    undoTo(length) {
      let last = passes.at(-1);
      while (last !== undefined && last.from + last.tokens > length) {
        passes.pop();
        last.restore();
        if (last.from < length) redo(last, length - last.from);
        last = passes.at(-1);
      }
    },
    clear() {
      passes = [];
    },
  };

  function redo({from, tokens, layers}: Pass, count: number): void {
    for (const [layer, {keys, values}] of layers) {
      const end = (keys.length / tokens) * count;
      const kv = {keys: keys.subarray(0, end), values: values.subarray(0, end)};
      note(layer, kv, from, count);
      store.put(layer, kv);
    }
  }
}

/** The longest end of a list of passes that has at most `most` tokens. */
function newest(passes: readonly Pass[], most: number): Pass[] {
  let tokens = 0;
  const first = passes.findLastIndex((pass) => {
    tokens += pass.tokens;
    return tokens > most;
  });
  return passes.slice(first + 1);
}
