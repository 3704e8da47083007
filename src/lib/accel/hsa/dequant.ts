import {requireInteger} from "../../tensor/require.js";

/**
 * Integer weights [N, K], row-major, with one power-of-two scale for every `block` of a row along K: the value of
 * a code is code * 2^exponent of its block (MXINT). The last block of a row may be short.
 */
export interface BlockWeights {
  readonly N: number;
  readonly K: number;
  readonly block: number;
  readonly codes: Int8Array;
  /** [N, ceil(K / block)]. */
  readonly exponents: Int8Array;
}

/** A product and the work it took. */
export interface DequantProduct {
  /** [M, N]. */
  readonly y: Float64Array;
  readonly macs: number;
  /** Conversions of a weight, or scalings of a sum: what dequantization costs. */
  readonly conversions: number;
  /** Bits of a signed accumulator that held every partial sum; 0 where sums are not integers. */
  readonly accumulatorBits: number;
}

function requireShapes(x: Int8Array, {N, K, block, codes, exponents}: BlockWeights): number {
  requireInteger("dequantProduct", "K", K, 1);
  requireInteger("dequantProduct", "block", block, 1);
  const blocks = Math.ceil(K / block);
  const lengths: [string, number, number][] = [
    ["codes", codes.length, N * K],
    ["exponents", exponents.length, N * blocks],
    ["x", x.length, Math.floor(x.length / K) * K],
  ];
  for (const [name, got, expected] of lengths) {
    if (got !== expected)
      throw new RangeError(`dequantProduct: ${name} must hold ${expected} values, got ${got}`);
  }
  return x.length / K;
}

/**
 * Scales outside the array: integers are multiplied and added within a block, and each block's sum is shifted once.
 * (HSA, arXiv 2507.09010; MixPE, arXiv 2411.16158)
 * @param x activations [M, K], int8.
 */
export function dequantAfter(x: Int8Array, weights: BlockWeights): DequantProduct {
  const M = requireShapes(x, weights);
  const {N, K, block, codes, exponents} = weights;
  const blocks = Math.ceil(K / block);
  const y = new Float64Array(M * N);
  let largest = 0;
  for (let m = 0; m < M; m++) {
    for (let n = 0; n < N; n++) {
      let total = 0;
      for (let b = 0; b < blocks; b++) {
        let sum = 0;
        const end = Math.min(K, (b + 1) * block);
        for (let k = b * block; k < end; k++) sum += codes[n * K + k] * x[m * K + k];
        largest = Math.max(largest, Math.abs(sum));
        total += sum * 2 ** exponents[n * blocks + b];
      }
      y[m * N + n] = total;
    }
  }
  const accumulatorBits = 1 + Math.ceil(Math.log2(largest + 1));
  return {y, macs: M * N * K, conversions: M * N * blocks, accumulatorBits};
}

/** Scales inside: every weight becomes a number before it is multiplied, once a pass over the weights. */
export function dequantFirst(x: Int8Array, weights: BlockWeights): DequantProduct {
  const M = requireShapes(x, weights);
  const {N, K, block, codes, exponents} = weights;
  const blocks = Math.ceil(K / block);
  const values = Float64Array.from(codes, (code, i) => {
    const [n, k] = [Math.floor(i / K), i % K];
    return code * 2 ** exponents[n * blocks + Math.floor(k / block)];
  });
  const y = new Float64Array(M * N);
  for (let m = 0; m < M; m++) {
    for (let n = 0; n < N; n++) {
      let sum = 0;
      for (let k = 0; k < K; k++) sum += values[n * K + k] * x[m * K + k];
      y[m * N + n] = sum;
    }
  }
  return {y, macs: M * N * K, conversions: N * K, accumulatorBits: 0};
}
