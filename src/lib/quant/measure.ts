import {type Format, packedBytes} from "../formats/format.js";
import {type TensorError, tensorError} from "../tensor/error.js";
import {elementCount, type Tensor} from "../tensor/tensor.js";

/** What a format costs and loses on one tensor. */
export interface Measured extends TensorError {
  /** Counted from the packed bytes, all scales included; NaN for a tensor without elements. */
  readonly bitsPerElement: number;
}

/**
 * Packs a tensor, counts its bytes, unpacks it and compares.
 * @throws whatever the format throws, for example for a NaN that it has no code for.
 */
export function measureFormat(format: Format, x: Tensor): Measured {
  const packed = format.encode(x);
  const bitsPerElement = (8 * packedBytes(packed)) / elementCount(x.shape);
  return {bitsPerElement, ...tensorError(x.data, format.decode(packed).data)};
}
