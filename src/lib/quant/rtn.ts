/** Round to nearest: the method every other one is measured against. */

import type {Format} from "../formats/format.js";
import type {Tensor} from "../tensor/tensor.js";
import {type QuantizedWeight, quantizationMethod, type SharedInput} from "./method.js";

/**
 * Rounds every value to the nearest its format has, looking at nothing but the weight.
 * @throws RangeError if the format cannot say a NaN or infinity that `w` holds.
 */
export function roundToNearest(w: Tensor, format: Format): QuantizedWeight {
  const packed = format.encode(w);
  return {packed, weight: format.decode(packed)};
}

/** Rounds the layers of one input to nearest: the last step of every method that only prepares. */
export const roundEach = ({weights}: SharedInput, format: Format) => ({
  weights: weights.map((w) => roundToNearest(w, format)),
});

/** Round to nearest: every weight becomes the closest value of its format. */
export const rtnMethod = quantizationMethod({
  id: "rtn",
  label: "Round to nearest",
  source: "each format's own rule, as its registry cites it",
  family: "baseline",
  params: {},
  needs: [],
  steps: () => ({round: roundEach}),
});
