/** Quantized activations: with scales found on the fly by a format, or fixed beforehand by an observer. */

import {type Format, packedBytes} from "../formats/format.js";
import type {QuantizationParameters} from "../formats/observers.js";
import {roundHalfEven} from "../formats/round.js";
import {elementCount, matrixSize, type Tensor} from "../tensor/tensor.js";

/** Extent of a format's widest scale: one token's vector or the whole tensor. */
export type ActivationGranularity = "token" | "tensor";

/** An activation after a round through its packed form, and the bytes that took. */
export interface QuantizedActivation {
  readonly values: Tensor;
  readonly bytes: number;
}

/**
 * Packs and unpacks x [..., n] with scales from x itself. Per token every row is a tensor of its own, so that a token
 * does not depend on those beside it; per tensor all rows share what the format shares.
 * @throws RangeError if the format cannot say a NaN or infinity in x.
 */
export function quantizeActivation(
  x: Tensor,
  format: Format,
  granularity: ActivationGranularity = "token",
): QuantizedActivation {
  const {rows, columns} = matrixSize(x);
  const rowsAtOnce = granularity === "token" ? 1 : rows;
  const data = new Float32Array(elementCount(x.shape));
  let bytes = 0;
  for (let row = 0; row < rows; row += rowsAtOnce) {
    const part = x.data.slice(row * columns, (row + rowsAtOnce) * columns);
    const packed = format.encode({shape: [rowsAtOnce, columns], data: part});
    data.set(format.decode(packed).data, row * columns);
    bytes += packedBytes(packed);
  }
  return {values: {shape: [...x.shape], data}, bytes};
}

/**
 * Rounds x to integers with scales fixed by calibration and back: q = clamp(round(x / s) + z), y = (q - z) s, in
 * float32, ties to even. One scale for the tensor, or one for each run of n / scales values of the last axis. What
 * lies outside the calibrated range is clipped. (arXiv 2410.13229, static quantization)
 * @throws RangeError if x holds a NaN, or the scales do not divide its rows.
 */
export function quantizeStatically(x: Tensor, {scale, base, low, high}: QuantizationParameters): Tensor {
  const {columns} = matrixSize(x);
  if (columns % scale.length !== 0) {
    throw new RangeError(
      `quantizeStatically: the number of scales must divide the row length ${columns}, got ${scale.length}`,
    );
  }
  const perScale = columns / scale.length;
  const data = new Float32Array(x.data.length);
  for (let i = 0; i < data.length; i++) {
    const group = Math.floor((i % columns) / perScale);
    const step = scale[group];
    const zero = base[group];
    if (Number.isNaN(x.data[i])) {
      throw new RangeError(`quantizeStatically: values must not be NaN, got NaN at index ${i}`);
    }
    // Clamping first keeps an infinity from the rounding, and changes nothing: the bounds are integers.
    const steps = Math.min(high - zero, Math.max(low - zero, Math.fround(x.data[i] / step)));
    data[i] = roundHalfEven(steps) * step;
  }
  return {shape: [...x.shape], data};
}
