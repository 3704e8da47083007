import {type Format, packedBytes} from "../formats/format.js";
import {addErrors, errorOfSums, NO_ERROR_SUMS, type TensorError, tensorError} from "../tensor/error.js";
import {elementCount, matrixSize, type Tensor} from "../tensor/tensor.js";

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

/** Elements that are measured at once where rows can be packed apart: few enough that they stay in the caches. */
const AT_ONCE = 2 ** 18;
/** Rows come in multiples of this, so that the codes of each part end with a byte. */
const ROWS = 8;

/** A measure, and that of each part of about as many elements as are measured at once. */
export interface MeasuredParts extends Measured {
  /** Mean squared errors of the parts. */
  readonly partMses: readonly number[];
}

/** Options of {@link measureByRows}. */
export interface ByRowsOptions {
  /** Elements of a part, no more than are measured at once in any case. */
  readonly atMost?: number;
  /** What adds the errors of a part: {@link addErrors}, or a faster one. */
  readonly add?: typeof addErrors;
}

/**
 * {@link measureFormat}, some rows at a time where the format packs rows apart: in less memory, and sooner.
 * @param amax the largest magnitude of x; x is measured whole where that is no finite number
 * @throws whatever the format throws.
 */
export function measureByRows(
  format: Format,
  x: Tensor,
  amax: number,
  {atMost = AT_ONCE, add = addErrors}: ByRowsOptions = {},
): MeasuredParts {
  const {rows, columns} = matrixSize(x);
  const some = ROWS * Math.max(1, Math.floor(Math.min(AT_ONCE, atMost) / columns / ROWS));
  if (format.rows === undefined || !Number.isFinite(amax) || some >= rows) return measuredWhole(format, x);
  let sums = NO_ERROR_SUMS;
  let bytes = 0;
  const partMses: number[] = [];
  const into = new Float32Array(some * columns);
  for (let row = 0; row < rows; row += some) {
    const count = Math.min(some, rows - row);
    const data = x.data.subarray(row * columns, (row + count) * columns);
    const packed = format.encode({shape: [count, columns], data}, {amax});
    const before = sums;
    sums = add(sums, data, format.decode(packed, into.subarray(0, data.length)).data);
    partMses.push((sums.noise - before.noise) / data.length);
    // The scale of the tensor stands in every part, and once in the tensor.
    bytes += packedBytes(packed) - (row > 0 ? (packed.parts.tensorScale?.length ?? 0) : 0);
  }
  return {bitsPerElement: (8 * bytes) / sums.elements, ...errorOfSums(sums), partMses};
}

function measuredWhole(format: Format, x: Tensor): MeasuredParts {
  const trip = roundTrip(format, x);
  const partMses: number[] = [];
  for (let from = 0; from < x.data.length; from += AT_ONCE) {
    const part = ({data}: Tensor) => data.subarray(from, from + AT_ONCE);
    partMses.push(tensorError(part(trip.x), part(trip.y)).mse);
  }
  return {...measure([trip]), partMses};
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
