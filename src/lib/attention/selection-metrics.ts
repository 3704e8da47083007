import {forEachRow, type KeyMask} from "./selection.js";

/** Share of the keys that a query sees and the mask hides, the mean over queries and heads: 0.47 where 50 % was asked. */
export function effectiveSparsity(mask: KeyMask): number {
  let sum = 0;
  forEachRow(mask, (_h, _i, start, visible) => {
    let kept = 0;
    for (let j = start; j < start + visible; j++) kept += mask.data[j];
    sum += (visible - kept) / visible;
  });
  return sum / (mask.heads * mask.queries);
}

/** Bytes that one decoded token reads in one layer, and of what. */
export interface BytesRead {
  /** Keys and values that were selected. */
  readonly kv: number;
  /** What the selector itself looks at. */
  readonly metadata: number;
}

/**
 * Bytes that the last query reads: for each key head the keys that any of its query heads kept, and their values.
 * @param metadataPerKeyHead values that the selector reads for one key head: 2 · headDim a page for Quest, the importance
 * key of every token for TokenButler, 0 for a fixed pattern
 */
export function bytesRead(
  mask: KeyMask,
  {
    kvHeads,
    headDim,
    bytesPerValue = 2,
    metadataPerKeyHead = 0,
  }: {kvHeads: number; headDim: number; bytesPerValue?: number; metadataPerKeyHead?: number},
): BytesRead {
  const group = mask.heads / kvHeads;
  let rows = 0;
  for (let g = 0; g < kvHeads; g++) {
    for (let j = 0; j < mask.keys; j++) {
      let isRead = false;
      for (let h = g * group; h < (g + 1) * group; h++) {
        isRead ||= mask.data[(h * mask.queries + mask.queries - 1) * mask.keys + j] === 1;
      }
      if (isRead) rows++;
    }
  }
  return {kv: rows * 2 * headDim * bytesPerValue, metadata: kvHeads * metadataPerKeyHead * bytesPerValue};
}
