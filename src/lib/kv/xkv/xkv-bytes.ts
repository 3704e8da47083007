import {bitsSize, type PackedSize, wholeTokenBytes} from "../../engine/cache/packed-size.js";
import {type CacheSizes, checkText, oneWidth, requireAllTokens} from "../../engine/cache/sizes.js";
import {requireFraction, requireInteger} from "../../tensor/require.js";

/** Layers in groups, each with one basis of its tokens and a factor a layer. */
export interface XkvRanks {
  readonly groupSize: number;
  /** Components of a group's keys, or of its latents; 0 leaves them as they are. */
  readonly rankK: number;
  /** Components of a group's values; 0 leaves values as they are. */
  readonly rankV: number;
}

/**
 * Bytes of xKV's cache of a prompt: a basis [tokens, rank] a group and a factor [rank, width] a layer, for keys and for
 * values; of latent attention for the latents, whose rotated keys stay. Factors that would not be smaller than what they
 * stand for are not used. (xKV, arXiv:2503.18893, section 4.2)
 * @param size bytes of packed numbers, by default in 16 bits
 * @throws RangeError if layers differ in width or forget tokens, groupSize is no integer of at least 1 or a rank none of at
 * least 0.
 */
export function xkvBytes(
  sizes: CacheSizes,
  tokens: number,
  {groupSize, rankK, rankV}: XkvRanks,
  size: PackedSize = bitsSize(16),
): number {
  checkText("xkvBytes", sizes, tokens);
  requireInteger("xkvBytes", "groupSize", groupSize, 1);
  for (const rank of [rankK, rankV]) requireInteger("xkvBytes", "rank", rank, 0);
  const {latent, widths} = sizes;
  const width = latent?.latentDim ?? oneWidth("xkv", sizes);
  requireAllTokens("xkv", sizes, tokens);
  const layers = widths.length;
  const side = (rank: number) => {
    let bytes = 0;
    for (let first = 0; first < layers; first += groupSize) {
      const members = Math.min(groupSize, layers - first);
      bytes += isShared(tokens, members * width, rank)
        ? size(tokens, rank) + members * size(rank, width)
        : tokens * members * size(1, width);
    }
    return bytes;
  };
  return latent ? side(rankK) + layers * tokens * size(1, latent.ropeDim) : side(rankK) + side(rankV);
}

/** True if a basis and factors of `rank` components hold fewer numbers than what they stand for, [tokens, columns]. */
export function isShared(tokens: number, columns: number, rank: number): boolean {
  return rank > 0 && rank * (tokens + columns) < tokens * columns;
}

/** Ratio of the plain cache to xKV's; all numbers in 16 bits. @throws RangeError as {@link xkvBytes}. */
export function xkvRatio(sizes: CacheSizes, tokens: number, ranks: XkvRanks): number {
  return wholeTokenBytes(sizes, tokens, bitsSize(16)) / xkvBytes(sizes, tokens, ranks);
}

/** Values need half as many components again: xKV's authors keep 2 : 3. (arXiv:2503.18893, section 5.1) */
const VALUES_PER_KEY = 1.5;

/**
 * Components of groups of which each layer keeps a share of the width for its keys, and half as many again for its values;
 * of a latent, which is both at once, twice the share.
 * @throws RangeError unless groupSize is an integer of at least 1 and keptKeys above 0 and at most 1.
 */
export function xkvRanks(sizes: CacheSizes, groupSize: number, keptKeys: number): XkvRanks {
  requireInteger("xkvRanks", "groupSize", groupSize, 1);
  requireFraction("xkvRanks", "keptKeys", keptKeys);
  const {latent} = sizes;
  const width = latent?.latentDim ?? oneWidth("xkv", sizes);
  const rank = (factor: number) =>
    groupSize * Math.min(width, Math.max(1, Math.round(factor * keptKeys * width)));
  return latent
    ? {groupSize, rankK: rank(2), rankV: 0}
    : {groupSize, rankK: rank(1), rankV: rank(VALUES_PER_KEY)};
}
