import type {Gemm} from "./layer.js";

/** The tile that stays on chip while the others stream. */
export type Kept = "ifmap" | "filter" | "ofmap";

/** A product cut into tiles of m x n results over k terms. Bytes. */
export interface Tiling {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly kept: Kept;
  readonly tiles: number;
  readonly traffic: {readonly ifmap: number; readonly filter: number; readonly ofmap: number};
  /** Loaded before the first tile can start. */
  readonly first: number;
  /** Stored after the last tile is done. */
  readonly last: number;
}

type Bytes = readonly [number, number, number];

/** A dimension and its halves, down to 1. */
function candidates(size: number): number[] {
  const sizes = [size];
  while (sizes.at(-1)! > 1) sizes.push(Math.ceil(sizes.at(-1)! / 2));
  return sizes;
}

/**
 * DRAM traffic of a tiled product. The kept operand passes once; the inputs that stream are read again for every
 * tile across them, and results that stream are written and read back for every tile of terms but the first.
 */
function traffic({M, N, K}: Gemm, m: number, n: number, k: number, kept: Kept, [a, b, c]: Bytes) {
  const [mTiles, nTiles, kTiles] = [Math.ceil(M / m), Math.ceil(N / n), Math.ceil(K / k)];
  return {
    ifmap: M * K * a * (kept === "ifmap" ? 1 : nTiles),
    filter: K * N * b * (kept === "filter" ? 1 : mTiles),
    ofmap: M * N * c * (kept === "ofmap" ? 1 : 2 * kTiles - 1),
  };
}

/**
 * The tiling of least DRAM traffic whose tiles fit the buffer twice (one in use, one on its way), by trying all
 * halvings of the three sides and all three tiles to keep; of equal ones the largest tiles.
 * @param bytes of an element of A, of B and of a partial sum.
 * @throws RangeError if not even tiles of one element fit.
 */
export function bestTiling(gemm: Gemm, sramBytes: number, bytes: Bytes): Tiling {
  const {M, N, K} = gemm;
  const [a, b, c] = bytes;
  let best: Tiling | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const m of candidates(M)) {
    for (const n of candidates(N)) {
      for (const k of candidates(K)) {
        if (2 * (m * k * a + k * n * b + m * n * c) > sramBytes) continue;
        for (const kept of ["ofmap", "ifmap", "filter"] as const) {
          const moved = traffic(gemm, m, n, k, kept, bytes);
          const total = moved.ifmap + moved.filter + moved.ofmap;
          if (total >= least) continue;
          least = total;
          const tiles = Math.ceil(M / m) * Math.ceil(N / n) * Math.ceil(K / k);
          best = {m, n, k, kept, tiles, traffic: moved, first: m * k * a + k * n * b, last: m * n * c};
        }
      }
    }
  }
  if (best) return best;
  throw new RangeError(`bestTiling: sramBytes must be at least ${2 * (a + b + c)}, got ${sramBytes}`);
}
