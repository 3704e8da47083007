import type {Hooks} from "../hooks.js";
import type {KvCache} from "./kv-cache.js";
import type {PackedKvCache} from "./packed-kv-cache.js";

/** A cache for one text, what has to be plugged in beside it, and what it costs. */
export interface CacheSession {
  readonly cache: KvCache;
  readonly hooks?: Hooks;
  /** Bytes of all that is held now. */
  bytes(): number;
  /** Bytes that the last pass read of it. */
  bytesRead(): number;
}

/** A cache of which every pass reads everything. */
export function wholeSession(cache: PackedKvCache, hooks?: Hooks): CacheSession {
  const bytes = () => cache.bytes();
  return {cache, ...(hooks && {hooks}), bytes, bytesRead: bytes};
}
