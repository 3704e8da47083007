/** Round to nearest: the method every other one is measured against. */

import type {Format, Packed} from "../formats/format.js";
import type {Tensor} from "../tensor/tensor.js";

/** A weight as it is stored, and as it computes. */
export interface QuantizedWeight {
  readonly packed: Packed;
  /** What `packed` decodes to. */
  readonly weight: Tensor;
}

/**
 * Every value to the nearest its format has, looking at nothing but the weight.
 * @throws RangeError if the format cannot say a NaN or infinity that `w` holds.
 */
export function roundToNearest(w: Tensor, format: Format): QuantizedWeight {
  const packed = format.encode(w);
  return {packed, weight: format.decode(packed)};
}
