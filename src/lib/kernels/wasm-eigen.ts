import type {EigenSteps} from "../tensor/svd-eigen.js";
import {tridiagonalWasm} from "./generated/tridiagonal.js";
import {wasmHeap} from "./wasm-heap.js";

interface Kernel {
  tridiagonalize(
    a: number,
    n: number,
    diagonal: number,
    offDiagonal: number,
    w: number,
    product: number,
  ): void;
  reflectAll(reflectors: number, n: number, x: number, count: number): void;
}

/** Vectors that go through the reflections together. */
const TOGETHER = 4;

/**
 * The passes of {@link largestEigenpairs} in WebAssembly with SIMD, one thread, in float64: as the plain ones but for the
 * order of their sums. Keeps the memory of the largest matrix as long as it is referred to.
 */
export async function wasmEigenSteps(): Promise<EigenSteps> {
  const heap = wasmHeap();
  const kernel = await heap.instantiate<Kernel>(tridiagonalWasm);
  return {
    tridiagonalize(a, n) {
      const at = heap.scratch(8 * n * (n + 4));
      const [diagonal, offDiagonal, w, product] = [0, 1, 2, 3].map((part) => at + 8 * n * (n + part));
      heap.doubles(at, n * n).set(a);
      heap.doubles(diagonal, 4 * n).fill(0);
      kernel.tridiagonalize(at, n, diagonal, offDiagonal, w, product);
      a.set(heap.doubles(at, n * n));
      return {
        n,
        diagonal: heap.doubles(diagonal, n).slice(),
        offDiagonal: heap.doubles(offDiagonal, n).slice(),
      };
    },
    reflectAll(reflectors, n, x, count) {
      const all = Math.ceil(count / TOGETHER) * TOGETHER;
      const at = heap.scratch(8 * n * (n + all));
      const atX = at + 8 * n * n;
      heap.doubles(at, n * n).set(reflectors);
      heap.doubles(atX, n * all).fill(0, n * count);
      heap.doubles(atX, n * count).set(x);
      kernel.reflectAll(at, n, atX, all);
      x.set(heap.doubles(atX, n * count));
    },
  };
}
