import {type Tensor, tensor} from "../tensor/tensor.js";
import type {EncodeOptions, Format, Packed} from "./format.js";
import {formatById} from "./registry.js";

/**
 * Packs `x` in a format; a plain Float32Array counts as one row.
 * @throws RangeError naming the index if x holds a NaN or infinity that the format cannot say.
 */
export function quantize(x: Tensor | Float32Array, format: Format, options?: EncodeOptions): Packed {
  return format.encode(x instanceof Float32Array ? tensor(x) : x, options);
}

/**
 * Unpacks a tensor. `format` is needed only where the format that packed it is not in the registry.
 * @throws RangeError if there is no such format, if `format` is another one, or if a part does not fit the shape.
 */
export function dequantize(packed: Packed, format: Format = formatById(packed.format)): Tensor {
  if (format.id !== packed.format) {
    throw new RangeError(`dequantize: format must be ${packed.format}, got ${format.id}`);
  }
  return format.decode(packed);
}
