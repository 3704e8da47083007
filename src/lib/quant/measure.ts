import {type Format, packedBytes} from "../formats/format.js";
import {type TensorError, tensorError} from "../tensor/error.js";
import {elementCount, type Tensor} from "../tensor/tensor.js";

/** Size and error of a format. */
export interface Measured extends TensorError {
  /** Counted from the packed bytes, all scales included; NaN where there are no elements. */
  readonly bitsPerElement: number;
}

/** A tensor after a round through its packed form, and the bytes that took. */
export interface RoundTrip {
  readonly x: Tensor;
  readonly y: Tensor;
  readonly bytes: number;
}

/**
 * Packs a tensor and unpacks it.
 * @throws whatever the format throws, for example for a NaN that it has no code for.
 */
export function roundTrip(format: Format, x: Tensor): RoundTrip {
  const packed = format.encode(x);
  return {x, y: format.decode(packed), bytes: packedBytes(packed)};
}

/**
 * Measures the size and the error of a format on one tensor.
 * @throws whatever the format throws.
 */
export function measureFormat(format: Format, x: Tensor): Measured {
  return measure([roundTrip(format, x)]);
}

/** Size and error of a format on tensors taken together, each element counting the same. */
export function measure(trips: readonly RoundTrip[]): Measured {
  const elements = trips.reduce((sum, {x}) => sum + elementCount(x.shape), 0);
  const bytes = trips.reduce((sum, trip) => sum + trip.bytes, 0);
  const joined = (side: "x" | "y") => {
    const all = new Float32Array(elements);
    let offset = 0;
    for (const trip of trips) {
      all.set(trip[side].data, offset);
      offset += trip[side].data.length;
    }
    return all;
  };
  return {bitsPerElement: (8 * bytes) / elements, ...tensorError(joined("x"), joined("y"))};
}
