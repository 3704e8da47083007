import {elementCount} from "../../tensor/tensor.js";
import type {StoredTensor} from "../stored-tensor.js";

/**
 * Rows of queries or keys in the order of GGUF's llama, for a rotation of neighbouring pairs: within a head, the published
 * rows j and j + d/2 become the rows 2j and 2j + 1. Read in parts of whole heads.
 * @throws RangeError unless the rows are as many even heads.
 */
export function inGgufOrder(tensor: StoredTensor, heads: number): StoredTensor {
  const [rows] = tensor.shape;
  const headDim = rows / heads;
  if (!Number.isInteger(headDim) || headDim % 2 !== 0) {
    throw new RangeError(
      `quantize: rows of ${tensor.name} must be an even number for each of ${heads} heads, got ${rows}`,
    );
  }
  const width = elementCount(tensor.shape) / rows;
  return {
    ...tensor,
    partStep: tensor.partStep === null ? null : headDim * width,
    async readElements(first, count) {
      const published = await tensor.readElements(first, count);
      const ordered = new Float32Array(count);
      for (let row = 0; row < count / width; row++) {
        const at = row % headDim;
        const from = row - at + (at % 2) * (headDim / 2) + (at >> 1);
        ordered.set(published.subarray(from * width, (from + 1) * width), row * width);
      }
      return ordered;
    },
  };
}
