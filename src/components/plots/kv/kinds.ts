import {CACHE_KINDS, type CacheKind} from "../../../lib/engine/cache/technique.js";
import type {Look} from "../palette.js";

/** Kind of a cache: its name in the field, and its family; two ways of one family differ by shade, two at once belong to none. */
const KINDS: Readonly<Record<CacheKind, Look & {readonly name: string}>> = {
  baseline: {name: "uncompressed", family: "baseline", shade: 0},
  "fewer-bits": {name: "quantization", family: "int", shade: 0},
  "shared-layers": {name: "cross-layer sharing", family: "layers", shade: 0},
  "fewer-channels": {name: "low rank", family: "layers", shade: 1},
  "fewer-tokens": {name: "eviction", family: "tokens", shade: 0},
  pruned: {name: "pruned entries", family: "sparse", shade: 0},
  "part-read": {name: "sparse reads", family: "tokens", shade: 1},
  combined: {name: "two combined", family: "baseline", shade: 5},
};

/** Kind by its id or by the words that rows have for it. */
function kindOf(kind: string): CacheKind | undefined {
  const ids = Object.keys(CACHE_KINDS) as CacheKind[];
  return ids.find((id) => id === kind || CACHE_KINDS[id] === kind);
}

/** The colour and shape of a kind of caches, by its id or its words. */
export function kindLook(kind: string): Look {
  const {family, shade} = KINDS[kindOf(kind) ?? "baseline"];
  return {family, shade};
}

/** The field's name of a kind, by its id or its words. */
export function kindName(kind: string): string {
  const id = kindOf(kind);
  return id === undefined ? kind : KINDS[id].name;
}
