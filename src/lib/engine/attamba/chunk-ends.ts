/** Decides by its place in the text whether a token ends a chunk of a layer. What follows the token must not matter. */
export type ChunkEnds = (layer: number, position: number) => boolean;

/** Sizes that place the chunks of a layer. */
export interface ChunkShape {
  /** Tokens of a chunk; written P. */
  readonly tokenChunk: number;
  readonly layers: number;
}

/**
 * Tokens by which the chunks of a layer end earlier than those of layer 0: the cyclic rule, 0 in all layers where there are
 * more layers than tokens in a chunk. (Attamba, arXiv:2411.17685, section 3.3)
 */
export function cyclicOffset({tokenChunk, layers}: ChunkShape, layer: number): number {
  return Math.min(tokenChunk - 1, layer * Math.floor(tokenChunk / layers));
}

/** Ends of chunks that are shifted from layer to layer. The first token is a chunk of its own. */
export function cyclicEnds(shape: ChunkShape): ChunkEnds {
  return (layer, position) =>
    position === 0 || (position + 1 + cyclicOffset(shape, layer)) % shape.tokenChunk === 0;
}

/** Ends of chunks at the same places in all layers. The first token is a chunk of its own. */
export function uniformEnds({tokenChunk}: Pick<ChunkShape, "tokenChunk">): ChunkEnds {
  return (_, position) => position === 0 || (position + 1) % tokenChunk === 0;
}
