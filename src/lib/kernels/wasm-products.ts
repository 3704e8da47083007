import {mirror, type RowProducts} from "../tensor/row-products.js";
import {rowProductsWasm} from "./generated/row-products.js";
import {wasmHeap} from "./wasm-heap.js";

interface Kernel {
  rowProducts(
    a: number,
    b: number,
    out: number,
    p: number,
    q: number,
    length: number,
    isSymmetric: number,
  ): void;
}

/** The kernel's rows of b; those of a are half as many. */
const TILE = 4;

const roundUp = (size: number, multiple: number): number => Math.ceil(size / multiple) * multiple;

/** Rows that begin a power of two apart share few places of the caches: such rows get a line of zeros more. */
const strideOf = (length: number): number => {
  const wide = roundUp(length, 2);
  return wide % 64 === 0 ? wide + 8 : wide;
};

/**
 * Products for the decompositions of `paretoscope/tensor` in WebAssembly with SIMD, one thread, in float64: as the plain
 * ones but for the order of their sums. Keeps the memory of the largest product as long as it is referred to.
 */
export async function wasmProducts(): Promise<RowProducts> {
  const heap = wasmHeap();
  const {rowProducts} = await heap.instantiate<Kernel>(rowProductsWasm);
  return (a, p, b, q, length, isSymmetric = false) => {
    const [rows, columns, wide] = [roundUp(p, TILE), roundUp(q, TILE), strideOf(length)];
    const bytes = {a: 8 * rows * wide, b: isSymmetric ? 0 : 8 * columns * wide, out: 8 * rows * columns};
    const atA = heap.scratch(bytes.a + bytes.b + bytes.out);
    const atB = isSymmetric ? atA : atA + bytes.a;
    const atOut = atA + bytes.a + bytes.b;
    spread(heap.doubles(atA, rows * wide), a, length, wide);
    if (!isSymmetric) spread(heap.doubles(atB, columns * wide), b, length, wide);
    const padded = heap.doubles(atOut, rows * columns).fill(0);
    rowProducts(atA, atB, atOut, rows, columns, wide, isSymmetric ? 1 : 0);
    const out = new Float64Array(p * q);
    for (let i = 0; i < p; i++) out.set(padded.subarray(i * columns, i * columns + q), i * q);
    if (isSymmetric) mirror(out, p);
    return out;
  };
}

/** Rows of `length` numbers at places `wide` apart, zeros between and behind. */
function spread(to: Float64Array, from: Float64Array, length: number, wide: number): void {
  if (length === wide) to.set(from);
  else
    for (let i = 0; i * length < from.length; i++) {
      to.set(from.subarray(i * length, (i + 1) * length), i * wide);
      to.fill(0, i * wide + length, (i + 1) * wide);
    }
  to.fill(0, length === 0 ? 0 : (from.length / length) * wide);
}
