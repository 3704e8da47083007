import {requireInteger} from "../../tensor/require.js";

export interface XkvSizes {
  readonly layers: number;
  /** kvHeads · headDim */
  readonly width: number;
  readonly tokens: number;
  readonly groupSize: number;
  /** Of a group's keys; 0 leaves keys as they are. */
  readonly rankK: number;
  /** Of a group's values; 0 leaves values as they are. */
  readonly rankV: number;
}

/**
 * Numbers that xKV keeps for all layers: a basis [tokens, rank] a group and a factor [rank, width] a layer, for keys and
 * for values. (xKV, arXiv:2503.18893, section 4.2 and its accounting script)
 * @throws RangeError unless sizes are integers of at least 1 and ranks of at least 0.
 */
export function xkvStoredElements({layers, width, tokens, groupSize, rankK, rankV}: XkvSizes): number {
  for (const [name, size] of Object.entries({layers, width, tokens, groupSize})) {
    requireInteger("xkvStoredElements", name, size, 1);
  }
  const groups = Math.ceil(layers / groupSize);
  return [rankK, rankV].reduce((sum, rank) => {
    requireInteger("xkvStoredElements", "rank", rank, 0);
    return sum + (rank === 0 ? layers * width * tokens : groups * tokens * rank + layers * width * rank);
  }, 0);
}

/** How many times smaller the cache becomes; both sides in numbers of the same size. @throws as {@link xkvStoredElements}. */
export function xkvCompressionRatio(sizes: XkvSizes): number {
  return (2 * sizes.layers * sizes.width * sizes.tokens) / xkvStoredElements(sizes);
}

export interface XkvMlaSizes {
  /** Width of the latent that MLA caches for a token and layer, written d_c. */
  readonly latentDim: number;
  /** Width of the rotated key that all heads share, kept as it is; written d_r. */
  readonly ropeDim: number;
  readonly tokens: number;
  readonly groupSize: number;
  /** Of a group's latents. */
  readonly rank: number;
}

/** The ratio for a cache of latents, per layer: (d_c + d_r) / ((r/G) (1 + G d_c / tokens) + d_r). Derived. */
export function xkvMlaCompressionRatio({latentDim, ropeDim, tokens, groupSize, rank}: XkvMlaSizes): number {
  const stored = (rank / groupSize) * (1 + (groupSize * latentDim) / tokens);
  return (latentDim + ropeDim) / (stored + ropeDim);
}
