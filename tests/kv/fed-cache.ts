import type {CapturedKv} from "../../src/lib/engine/cache/kv-replacement.js";
import type {PackedKvCache} from "../../src/lib/engine/cache/packed-kv-cache.js";

/** A cache that is given tokens of one text without a model: the same keys and values in whatever parts. */
export interface FedCache {
  /** One pass of tokens. */
  feed(tokens: number): FedCache;
  /** A pass for each token. */
  feedEach(tokens: number): FedCache;
  endPrompt(): FedCache;
  truncate(length: number): FedCache;
  /** All that the cache gives back, and its bytes. */
  contents(): {readonly bytes: number};
}

/** @param cache an empty one for the model whose keys and values were captured, `width` numbers a token */
export function fedCache(cache: PackedKvCache, captured: CapturedKv, width: number): FedCache {
  const keys = cache.unrotatedKeys ? captured.keys : captured.rotatedKeys;
  const part = (x: Float32Array, from: number, to: number) => x.slice(from * width, to * width);
  const fed: FedCache = {
    feed(tokens) {
      const [from, to] = [cache.length, cache.length + tokens];
      const positions = Int32Array.from({length: tokens}, (_, t) => from + t);
      keys.forEach((k, layer) => {
        cache.append(layer, part(k, from, to), part(captured.values[layer], from, to), positions);
        // One token is read as it is held, where the cache has that: nothing else may differ.
        if (tokens > 1 || cache.stored?.(layer) === undefined) cache.read(layer);
      });
      cache.length = to;
      return fed;
    },
    feedEach(tokens) {
      for (let t = 0; t < tokens; t++) fed.feed(1);
      return fed;
    },
    endPrompt() {
      cache.endPrompt?.();
      return fed;
    },
    truncate(length) {
      cache.truncate(length);
      return fed;
    },
    contents: () => ({
      length: cache.length,
      bytes: cache.bytes(),
      layers: keys.map((_, layer) => {
        const {keys: k, values, positions} = cache.read(layer);
        return {keys: k.slice(), values: values.slice(), positions};
      }),
    }),
  };
  return fed;
}
