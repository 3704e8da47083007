import {CACHE_KINDS, type CacheKind} from "../../../lib/engine/cache/technique.js";
import type {Look} from "../palette.js";

/** Kind of a cache as a family: two ways of one family differ by shade, and two at once belong to none. */
const LOOKS: Readonly<Record<CacheKind, Look>> = {
  baseline: {family: "baseline", shade: 0},
  "fewer-bits": {family: "int", shade: 0},
  "shared-layers": {family: "layers", shade: 0},
  "fewer-channels": {family: "layers", shade: 1},
  "fewer-tokens": {family: "tokens", shade: 0},
  "part-read": {family: "tokens", shade: 1},
  combined: {family: "baseline", shade: 1},
};

/** The colour and shape of a kind of caches, by its id or its words. */
export function kindLook(kind: string): Look {
  const id = Object.keys(CACHE_KINDS).find((id) => id === kind || CACHE_KINDS[id as CacheKind] === kind);
  return LOOKS[(id ?? "baseline") as CacheKind];
}

/** A kind in a reader's words, by its id or those words. */
export const kindName = (kind: string): string =>
  Object.hasOwn(CACHE_KINDS, kind) ? CACHE_KINDS[kind as CacheKind] : kind;
