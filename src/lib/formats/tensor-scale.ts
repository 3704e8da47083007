import type {Tensor} from "../tensor/tensor.js";
import {groupAbsMax, groupsAlong} from "./groups.js";

/**
 * The float32 scale g of a whole tensor that brings its largest magnitude to `target`. It is 0 for a tensor of
 * zeros, and underflows to 0 where the magnitude is below about target * 2^-150.
 * @param amax that magnitude, where x is only some rows of the tensor
 */
export function tensorScaleOf(x: Tensor, target: number, amax = largestMagnitude(x)): number {
  return Math.fround(amax / target);
}

/** The largest magnitude of a tensor, 0 for one without elements; NaN or infinity where it holds one. */
export function largestMagnitude({data}: Tensor): number {
  const [largest = 0] = groupAbsMax(data, groupsAlong([data.length], 0, data.length));
  return largest;
}

/** x / g in float32; zeros of the same sign for g = 0, so that a tensor without magnitude stays one. */
export function divideByTensorScale({data}: Tensor, g: number): Float32Array {
  const quotients = new Float32Array(data.length);
  const divisor = g === 0 ? Number.POSITIVE_INFINITY : g;
  for (let i = 0; i < quotients.length; i++) quotients[i] = data[i] / divisor;
  return quotients;
}

/** g as the part `tensorScale`: four bytes, little-endian. */
export function packTensorScale(g: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, g, true);
  return bytes;
}

/** The g that {@link packTensorScale} packed. */
export function unpackTensorScale(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getFloat32(0, true);
}
