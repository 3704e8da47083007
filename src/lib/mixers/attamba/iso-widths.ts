/** Sizes of Attamba's attention, for which a transformer of equal cost is sought. */
export interface AttambaSizes {
  /** Width of queries, keys and values; written E. */
  readonly width: number;
  /** Tokens of a chunk; written P. */
  readonly tokenChunk: number;
  /** Tokens of the text; written L. */
  readonly tokens: number;
  /** Numbers of state of a channel; written D. */
  readonly state: number;
}

/** Multiplications for one token in one layer's attention of width F: 3F² + 2LF. */
export function transformerOperations(width: number, tokens: number): number {
  return 3 * width ** 2 + 2 * tokens * width;
}

/** Multiplications for one token in one layer's attention over chunks, as the authors count: E² + 6ED + 21D + 2LE/P. */
export function attambaOperations({width, tokenChunk, tokens, state}: AttambaSizes): number {
  return width ** 2 + 6 * width * state + 21 * state + (2 * tokens * width) / tokenChunk;
}

/**
 * Widths of a transformer's attention that costs as much as Attamba's: in multiplications, and in numbers of keys (F, against
 * E/P and the state's share D/L of each token).
 * Source: https://github.com/abdelfattah-lab/attamba, iso_study/iso_setter.py.
 */
export function isoWidths(sizes: AttambaSizes): {readonly operations: number; readonly cache: number} {
  const {width, tokenChunk, tokens, state} = sizes;
  return {
    operations: (-tokens + Math.sqrt(tokens ** 2 + 3 * attambaOperations(sizes))) / 3,
    cache: width / tokenChunk + state / tokens,
  };
}
