import type {PackedKvCache} from "../../engine/cache/packed-kv-cache.js";
import {concat} from "../../engine/cache/stored-cache.js";
import {keysFrom} from "../../engine/cache/stored-kv.js";
import type {DecoderConfig} from "../../engine/decoder/config.js";
import {fp16} from "../../formats/float/float.js";
import {type Format, type Packed, packedBytes} from "../../formats/format.js";
import {requireFraction, requireInteger} from "../../tensor/require.js";
import {type ReadingCache, selectiveReading} from "../selective-reading.js";
import {type PageBounds, pageBounds, questMask} from "./quest.js";

/** Options of a cache that reads by Quest. */
export interface QuestCacheOptions {
  readonly pageSize?: number;
  /** Share of the keys that each head reads. */
  readonly keepFraction: number;
  /** First keys of the text that are read on top of them. */
  readonly sinks?: number;
  /** First layers that read everything; 2 in the paper. */
  readonly denseLayers?: number;
  /** Packing of the bounds of pages. */
  readonly boundsFormat?: Format;
}

/**
 * Quest over any cache that gives every token back: beside each page of keys it holds the page's bounds, and a decoded
 * token reads all bounds and the keys that {@link questMask} keeps. The prompt reads everything. (arXiv:2406.10774,
 * section 3)
 * @throws RangeError if pageSize is no integer of at least 1 or keepFraction not in (0, 1].
 */
export function questCache(
  config: DecoderConfig,
  cache: PackedKvCache,
  {pageSize = 16, keepFraction, sinks = 0, boundsFormat = fp16, denseLayers = 2}: QuestCacheOptions,
): ReadingCache {
  requireInteger("questCache", "pageSize", pageSize, 1);
  requireFraction("questCache", "keepFraction", keepFraction);
  const width = config.kvHeads * config.headDim;
  const pages: Packed[][] = Array.from({length: config.layers}, () => []);
  const store = {width, pageSize, format: boundsFormat};
  return selectiveReading(config, cache, {
    denseLayers,
    prepare(call) {
      const kept = pages[call.layer];
      const old = call.keyPositions.length - call.queryPositions.length;
      // A page that new tokens belong to changes; those before it stay.
      kept.length = Math.min(kept.length, Math.floor(old / pageSize));
      const fresh = packedBounds(keysFrom(call, kept.length * pageSize), store);
      for (const page of fresh) kept.push(page);
    },
    mask: (call) =>
      questMask(call, {
        keysOf: (first, end) => keysFrom(call, first).subarray(0, (end - first) * width),
        keepFraction,
        sinks,
        pageSize,
        whole: unpackedBounds(pages[call.layer], store),
        boundsOf: (keys) => unpackedBounds(packedBounds(keys, store), store),
      }).data,
    extraBytes(tokens) {
      for (const kept of pages) kept.length = Math.min(kept.length, Math.ceil(tokens / pageSize));
      return pages.flat().reduce((sum, page) => sum + packedBytes(page), 0);
    },
  });
}

/** Storage of bounds. */
interface BoundsStore {
  /** kvHeads · headDim */
  readonly width: number;
  readonly pageSize: number;
  readonly format: Format;
}

/** A page's highest and lowest of each channel, [2, width], for every page of the keys. */
function packedBounds(keys: Float32Array, {width, pageSize, format}: BoundsStore): Packed[] {
  const {pages, highest, lowest} = pageBounds(keys, width, pageSize);
  return Array.from({length: pages}, (_, page) => {
    const [high, low] = [highest, lowest].map((x) => x.subarray(page * width, (page + 1) * width));
    return format.encode({shape: [2, width], data: concat([high, low])});
  });
}

function unpackedBounds(pages: readonly Packed[], {width, pageSize, format}: BoundsStore): PageBounds {
  const boxes = pages.map((page) => format.decode(page).data);
  return {
    pageSize,
    pages: pages.length,
    highest: concat(boxes.map((box) => box.subarray(0, width))),
    lowest: concat(boxes.map((box) => box.subarray(width))),
  };
}
