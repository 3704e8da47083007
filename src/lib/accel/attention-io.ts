import {requireInteger} from "../tensor/require.js";

/** Elements moved between slow memory and a fast one of M elements, by one head without a mask. */
export interface Transfers {
  readonly reads: number;
  readonly writes: number;
  readonly total: number;
}

const transfers = (reads: number, writes: number): Transfers => ({reads, writes, total: reads + writes});

function requireSizes(who: string, N: number, e: number, M: number): void {
  requireInteger(who, "N", N, 1);
  requireInteger(who, "e", e, 1);
  requireInteger(who, "M", M, 1);
}

/** Query rows that fit beside as many rows of keys, values and output: floor(M / 4 e), at least 1. */
export const flashRows = (e: number, M: number): number => Math.max(1, Math.floor(M / (4 * e)));

/**
 * Transfers of fused attention, counted by running its loops: each block of query rows is read once, meets all
 * keys and values, and writes its output once. Leading term 8 N^2 e^2 / M. (FlashAttention, arXiv 2205.14135,
 * algorithm 1, with the loops of FlashAttention-2)
 * @param N sequence length. @param e head size. @param M elements of fast memory.
 */
export function flashTransfers(N: number, e: number, M: number): Transfers {
  requireSizes("flashTransfers", N, e, M);
  const rows = flashRows(e, M);
  let reads = 0;
  let writes = 0;
  for (let first = 0; first < N; first += rows) {
    const block = Math.min(rows, N - first);
    reads += block * e + 2 * N * e;
    writes += block * e;
  }
  return transfers(reads, writes);
}

/** Transfers of one product [m, k] x [k, n] in square tiles: a tile of the result stays while its terms stream. */
function tiledProduct(m: number, n: number, k: number, tile: number): Transfers {
  let reads = 0;
  let writes = 0;
  for (let i = 0; i < m; i += tile) {
    const rows = Math.min(tile, m - i);
    for (let j = 0; j < n; j += tile) {
      const columns = Math.min(tile, n - j);
      reads += (rows + columns) * k;
      writes += rows * columns;
    }
  }
  return transfers(reads, writes);
}

/**
 * Transfers of attention as two tiled products with the scores in slow memory between them, counted by running
 * the loops: tiles of floor(sqrt(M / 3)), and softmax reads and writes every score.
 * @throws RangeError if M is below 3: no tile fits.
 */
export function tiledTransfers(N: number, e: number, M: number): Transfers {
  requireSizes("tiledTransfers", N, e, M);
  if (M < 3) throw new RangeError(`tiledTransfers: M must be at least 3, got ${M}`);
  const tile = Math.floor(Math.sqrt(M / 3));
  const scores = tiledProduct(N, N, e, tile);
  const values = tiledProduct(N, e, N, tile);
  return transfers(scores.reads + N * N + values.reads, scores.writes + N * N + values.writes);
}

/**
 * Order of the least transfers of any attention, constant left out: N^2 e^2 / M where M is at least e^2 (proved to
 * hold even with fast matrix multiplication), N^2 e / sqrt(M) below, as for blocked products (the abstract announces
 * a matching bound there; this form is an assumption).
 */
export function attentionLowerBound(N: number, e: number, M: number): number {
  requireSizes("attentionLowerBound", N, e, M);
  return M >= e * e ? (N * N * e * e) / M : (N * N * e) / Math.sqrt(M);
}

/** The fast memory at which flash begins to move less than tiled products do; found by counting. */
export function crossingMemory(N: number, e: number): number {
  let [low, high] = [3, 16 * e * e];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (flashTransfers(N, e, middle).total <= tiledTransfers(N, e, middle).total) high = middle;
    else low = middle;
  }
  return high;
}
