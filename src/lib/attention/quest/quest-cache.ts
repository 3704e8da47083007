import type {AttentionCall} from "../../engine/attention.js";
import type {PackedKvCache} from "../../engine/cache/packed-kv-cache.js";
import {concat} from "../../engine/cache/stored-cache.js";
import type {DecoderConfig} from "../../engine/decoder/config.js";
import {fp16} from "../../formats/float/float.js";
import {type Format, type Packed, packedBytes} from "../../formats/format.js";
import {requireFraction, requireInteger} from "../../tensor/require.js";
import {mostImportant} from "../budget-mask.js";
import {type ReadingCache, selectiveReading} from "../selective-reading.js";
import {type PageBounds, pageBounds, pageScore} from "./quest.js";

export interface QuestCacheOptions {
  readonly pageSize?: number;
  /** Share of the pages that each head reads, at least one. */
  readonly keepFraction: number;
  /** First layers that read everything; 2 in the paper. */
  readonly denseLayers?: number;
  /** How the bounds of pages are packed. */
  readonly boundsFormat?: Format;
}

/**
 * Quest over any cache that gives every token back: beside each page of keys it holds the page's bounds, and a decoded
 * token reads all bounds and the pages where they promise most. A prefill reads everything. (arXiv:2406.10774, section 3)
 * @throws RangeError if pageSize is no integer of at least 1 or keepFraction not in (0, 1].
 */
export function questCache(
  config: DecoderConfig,
  cache: PackedKvCache,
  {pageSize = 16, keepFraction, denseLayers = 2, boundsFormat = fp16}: QuestCacheOptions,
): ReadingCache {
  requireInteger("questCache", "pageSize", pageSize, 1);
  requireFraction("questCache", "keepFraction", keepFraction);
  const width = config.kvHeads * config.headDim;
  const pages: Packed[][] = Array.from({length: config.layers}, () => []);
  return selectiveReading(config, cache, {
    denseLayers,
    prepare({layer, keys, queryPositions}) {
      const kept = pages[layer];
      const old = keys.length / width - queryPositions.length;
      // A page that new tokens belong to changes; those before it stay.
      kept.length = Math.min(kept.length, Math.floor(old / pageSize));
      const from = kept.length * pageSize * width;
      kept.push(...packedBounds(keys.subarray(from), width, pageSize, boundsFormat));
    },
    select(call) {
      const bounds = unpackedBounds(pages[call.layer], width, pageSize, boundsFormat);
      return Array.from({length: call.heads}, (_, h) => bestKeys(call, h, bounds, keepFraction));
    },
    extraBytes: () => pages.flat().reduce((sum, page) => sum + packedBytes(page), 0),
  });
}

/** A page's highest and lowest of each channel, [2, width]. */
function packedBounds(keys: Float32Array, width: number, pageSize: number, format: Format): Packed[] {
  const {pages, highest, lowest} = pageBounds(keys, width, pageSize);
  return Array.from({length: pages}, (_, page) => {
    const [high, low] = [highest, lowest].map((x) => x.subarray(page * width, (page + 1) * width));
    return format.encode({shape: [2, width], data: concat([high!, low!])});
  });
}

function unpackedBounds(
  pages: readonly Packed[],
  width: number,
  pageSize: number,
  format: Format,
): PageBounds {
  const boxes = pages.map((page) => format.decode(page).data);
  return {
    pageSize,
    pages: pages.length,
    highest: concat(boxes.map((box) => box.subarray(0, width))),
    lowest: concat(boxes.map((box) => box.subarray(width))),
  };
}

/** The keys of the pages with the highest bound on their product with the query, ceil(pages · keepFraction) of them. */
function bestKeys(
  {q, heads, kvHeads, headDim, keyPositions}: AttentionCall,
  h: number,
  bounds: PageBounds,
  keepFraction: number,
): number[] {
  const g = Math.floor((h * kvHeads) / heads);
  const scores = Float64Array.from({length: bounds.pages}, (_, page) =>
    pageScore(q, h * headDim, bounds, (page * kvHeads + g) * headDim, headDim),
  );
  return mostImportant(scores, Math.ceil(bounds.pages * keepFraction)).flatMap((page) => {
    const from = page * bounds.pageSize;
    const count = Math.min(bounds.pageSize, keyPositions.length - from);
    return Array.from({length: count}, (_, i) => from + i);
  });
}
