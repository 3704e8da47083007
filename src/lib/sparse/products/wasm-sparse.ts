import type {Packed} from "../../formats/format.js";
import {sparseProductWasm} from "../../kernels/generated/sparse-product.js";
import {wasmHeap} from "../../kernels/wasm-heap.js";
import {matrixSize, type Tensor} from "../../tensor/tensor.js";
import {requireInputs} from "./sparse-linear.js";
import {type ListKernel, loadList} from "./wasm-listed.js";
import {loadTiles, type TileKernel} from "./wasm-tiles.js";

/** A packed matrix that a kernel reads. */
export interface SparseProduct {
  /**
   * y [rows, outputs] = x [rows, inputs] times the transpose of the matrix; x must be finite.
   * @throws RangeError if x does not have the matrix's inputs.
   */
  multiply(x: Tensor): Tensor;
}

/**
 * Products with a packed matrix in WebAssembly with SIMD, one thread: those of `sparseLinear`, in bfloat16 but for the
 * order of their sums, in int8 to the last bit. Keeps a copy of the matrix as it is packed, as long as it is referred to.
 * @throws RangeError if a part does not fit the shape.
 */
export async function wasmSparse(packed: Packed): Promise<SparseProduct> {
  const heap = wasmHeap();
  const kernel = await heap.instantiate<TileKernel & ListKernel>(sparseProductWasm);
  const times =
    packed.format === "listed-bf16" ? loadList(heap, kernel, packed) : loadTiles(heap, kernel, packed);
  return {
    multiply(x) {
      requireInputs("wasmSparse", packed, x);
      const data = times(x, matrixSize(x).rows);
      return {shape: [...x.shape.slice(0, -1), packed.shape[0]], data};
    },
  };
}
