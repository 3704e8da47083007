/** Parts of softmax attention with counts of the work that they took. */

import {
  attentionOfPart,
  emptyPart,
  isEmptyPart,
  mergedParts,
  type Round,
  type SoftmaxPart,
  softmaxPart,
  type WeightedSum,
  weightedSum,
} from "../tensor/softmax-part.js";
import {type AttentionRow, keysOf} from "./attention-row.js";
import type {Tally} from "./counts.js";
import type {OrderSetting} from "./order.js";

/** The part of a tile of keys. */
export function tilePart(keys: AttentionRow, round: Round, counts: Tally): SoftmaxPart {
  counts.tiles++;
  counts.scoresRead += keys.scores.length;
  counts.exponentials += visibleKeys(keys);
  return softmaxPart(keys, round);
}

/** Exponentials of a tile's keys less a constant, and the values that they weigh. */
export function countedSum(keys: AttentionRow, constant: number, round: Round, counts: Tally): WeightedSum {
  counts.exponentials += visibleKeys(keys);
  return weightedSum(keys, constant, round);
}

const visibleKeys = ({scores}: AttentionRow): number =>
  scores.reduce((count, score) => (score === Number.NEGATIVE_INFINITY ? count : count + 1), 0);

/** Two parts as one: where both have keys, each is corrected by a factor. */
export function merge(a: SoftmaxPart, b: SoftmaxPart, round: Round, counts: Tally): SoftmaxPart {
  if (!isEmptyPart(a) && !isEmptyPart(b)) {
    counts.exponentials += 2;
    counts.rescales += 2;
  }
  return mergedParts(a, b, round);
}

/** The attention of a part over all keys: one division a row, and zeros where no key is visible. */
export function finish(part: WeightedSum, round: Round, counts: Tally): Float64Array {
  if (part.sum !== 0) counts.divisions++;
  return attentionOfPart(part, round);
}

/** Tiles of a row's keys, in their order. */
export function tilesOf(row: AttentionRow, tile: number): AttentionRow[] {
  const count = Math.ceil(row.scores.length / tile);
  return Array.from({length: count}, (_, i) => keysOf(row, i * tile, tile));
}

/** The part of a whole row, tile after tile. (Online softmax, arXiv:1805.02867; FlashAttention, arXiv:2205.14135) */
export function runningPart(row: AttentionRow, {tile, round}: OrderSetting, counts: Tally): SoftmaxPart {
  return tilesOf(row, tile).reduce(
    (before, keys) => merge(before, tilePart(keys, round, counts), round, counts),
    emptyPart(row.width),
  );
}
