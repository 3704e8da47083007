import {wasmHadamard} from "../../src/lib/kernels/wasm-hadamard.js";
import {hadamard, hadamardMatrix} from "../../src/lib/tensor/hadamard.js";
import {draws, randomStream} from "../../src/lib/tensor/random.js";
import {requireClose} from "../harness/agree.js";
import type {Contest} from "../harness/contest.js";

const SIZE = 4096;

/** y = H x / sqrt(n), entry by entry. */
function denseProduct(matrix: Float32Array, x: Float32Array): Float32Array {
  const n = x.length;
  const norm = 1 / Math.sqrt(n);
  const y = new Float32Array(n);
  for (let row = 0; row < n; row++) {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += matrix[row * n + i] * x[i];
    y[row] = sum * norm;
  }
  return y;
}

/** The fast transform against the product with its matrix. */
export const transforms: readonly Contest[] = [
  {
    name: "hadamard-4096",
    title: "Hadamard transform of 4096 values",
    unit: "ms",
    async prepare() {
      const stream = randomStream(1, "bench/hadamard");
      const x = draws(SIZE, () => stream.normal());
      const matrix = Float32Array.from(hadamardMatrix(SIZE));
      const transform = await wasmHadamard();
      const ours = () => hadamard({shape: [1, SIZE], data: x}, {transform}).data;
      const plain = () => hadamard({shape: [1, SIZE], data: x}).data;
      const dense = () => denseProduct(matrix, x);
      requireClose("hadamard-4096", ours(), dense(), 1e-6);
      return {
        work: 1,
        ours,
        peers: [
          {name: "the transform in plain TypeScript", run: plain},
          {name: "dense product, plain TypeScript", run: dense},
        ],
      };
    },
  },
];
