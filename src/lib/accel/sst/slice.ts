import {requireInteger} from "../../tensor/require.js";
import type {SparseWeights} from "./encode.js";

/** One multiplication in a slice: which activation of its group the multiplexer picked for a kept weight. */
export interface SlicePick {
  readonly row: number;
  readonly column: number;
  readonly group: number;
  /** Place of the kept weight among the N of its group. */
  readonly slot: number;
  /** Place of the chosen activation among the M on the bus. */
  readonly index: number;
  readonly weight: number;
  readonly activation: number;
}

/** The slice in one cycle. */
export interface SliceFrame {
  readonly cycle: number;
  /** [block of P outputs rows, block of P output columns]. */
  readonly fold: readonly [number, number];
  readonly picks: readonly SlicePick[];
}

/** Cycles that one group of M activations takes: N products, or as long as the feed needs to bring M values. */
export function groupCycles(n: number, m: number, feed: number): number {
  return Math.max(n, Math.ceil(m / feed));
}

/**
 * A systolic slice of P x P elements on N:M sparse weights, output-stationary: kept weights come down the columns
 * with their indices, the M activations of a group come along the rows on a bus `feed` values wide, and each
 * element's multiplexer picks by index. Dense is 1:1. Yields a frame a cycle, returns the product [M, N].
 * (SST slices, arXiv 2502.03763, as far as the abstract tells; the feed is our parameter)
 * @param x activations [M, K]. @param weights [N, K], sparse along K.
 */
export function* sliceFrames(
  x: ArrayLike<number>,
  weights: SparseWeights,
  P: number,
  feed: number,
): Generator<SliceFrame, Float64Array> {
  requireInteger("sliceFrames", "P", P, 1);
  requireInteger("sliceFrames", "feed", feed, 1);
  const {rows: N, columns: K, n, m, groups, values, indices} = weights;
  if (x.length % K !== 0)
    throw new RangeError(`sliceFrames: x must hold rows of ${K}, got ${x.length} values`);
  const M = x.length / K;
  const period = groupCycles(n, m, feed);
  const time = groups * period;
  const y = new Float64Array(M * N);
  let cycle = 0;
  for (let j = 0; j * P < N; j++) {
    for (let i = 0; i * P < M; i++) {
      for (let t = 0; t < time + 2 * P - 2; t++, cycle++) {
        const picks: SlicePick[] = [];
        for (let r = 0; r < P && i * P + r < M; r++) {
          for (let c = 0; c < P && j * P + c < N; c++) {
            const step = t - r - c;
            if (step < 0 || step >= time || step % period >= n) continue;
            const [row, column, group, slot] = [
              i * P + r,
              j * P + c,
              Math.floor(step / period),
              step % period,
            ];
            const at = (column * groups + group) * n + slot;
            const index = indices[at];
            const k = group * m + index;
            // Zeros that fill up the last group have no activation behind them.
            const activation = k < K ? x[row * K + k] : 0;
            const weight = values[at];
            y[row * N + column] += weight * activation;
            picks.push({row, column, group, slot, index, weight, activation});
          }
        }
        yield {cycle, fold: [i, j], picks};
      }
    }
  }
  return y;
}

/** Product and cycles of `sliceFrames`, without looking. */
export function runSlice(x: ArrayLike<number>, weights: SparseWeights, P: number, feed: number) {
  const frames = sliceFrames(x, weights, P, feed);
  for (let cycles = 0; ; cycles++) {
    const {done, value} = frames.next();
    if (done) return {y: value, cycles};
  }
}

/** Cycles of an M x N x K product on a P x P slice: the systolic formula with the kept terms as time. */
export function sliceCycles(
  {M, N, K}: {readonly M: number; readonly N: number; readonly K: number},
  {n, m}: {readonly n: number; readonly m: number},
  P: number,
  feed: number,
): number {
  const time = Math.ceil(K / m) * groupCycles(n, m, feed);
  return Math.ceil(M / P) * Math.ceil(N / P) * (time + 2 * P - 2);
}
