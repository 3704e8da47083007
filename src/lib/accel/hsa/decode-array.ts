import {requireInteger} from "../../tensor/require.js";
import type {BlockWeights} from "./dequant.js";

/** One cycle of the decode mode: R x C fresh weights meet R activations that all columns share. */
export interface DecodeFrame {
  readonly cycle: number;
  /** [block of R inputs, block of C outputs]. */
  readonly fold: readonly [number, number];
  /** Products of the elements, row-major R x C; null where an edge leaves an element idle. */
  readonly products: readonly (number | null)[];
  /** Outputs of the columns' adder trees. */
  readonly columnSums: readonly number[];
}

/**
 * The hybrid array in decode mode: its links are switched so that a column is a dot product of R terms with an
 * adder tree, and every element takes a new weight every cycle. Yields a frame a cycle, returns y = W x.
 * Block scales are applied to the integer sums outside, so R must be a multiple of the block or divide it.
 * (HSA, arXiv 2507.09010, as far as its abstract tells; the link pattern is ours)
 * @param x int8 activations [K].
 * @throws RangeError if a fold of R inputs would cross a block boundary.
 */
export function* decodeFrames(
  x: Int8Array,
  weights: BlockWeights,
  [R, C]: readonly [number, number],
): Generator<DecodeFrame, Float64Array> {
  const {N, K, block, codes, exponents} = weights;
  requireInteger("decodeFrames", "R", R, 1);
  requireInteger("decodeFrames", "C", C, 1);
  if (x.length !== K) throw new RangeError(`decodeFrames: x must hold ${K} values, got ${x.length}`);
  if (R % block !== 0 && block % R !== 0) {
    throw new RangeError(
      `decodeFrames: R must divide the block of ${block} or be a multiple of it, got ${R}`,
    );
  }
  const blocks = Math.ceil(K / block);
  const y = new Float64Array(N);
  let cycle = 0;
  for (let j = 0; j * C < N; j++) {
    for (let i = 0; i * R < K; i++, cycle++) {
      const products = new Array<number | null>(R * C).fill(null);
      const columnSums = new Array<number>(C).fill(0);
      for (let c = 0; c < C && j * C + c < N; c++) {
        const n = j * C + c;
        for (let r = 0; r < R && i * R + r < K; r++) {
          const k = i * R + r;
          const product = codes[n * K + k] * x[k];
          products[r * C + c] = product;
          columnSums[c] += product;
          y[n] += product * 2 ** exponents[n * blocks + Math.floor(k / block)];
        }
      }
      yield {cycle, fold: [i, j], products, columnSums};
    }
  }
  return y;
}

/** Cycles of a product of one row in decode mode, the tree's depth filled once. */
export function decodeCycles(K: number, N: number, [R, C]: readonly [number, number]): number {
  return Math.ceil(K / R) * Math.ceil(N / C);
}
