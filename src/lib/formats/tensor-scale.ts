import type {Tensor} from "../tensor/tensor.js";
import {groupAbsMax, groupsAlong} from "./groups.js";

/**
 * The float32 scale g of a whole tensor that brings its largest magnitude to `target`. It is 0 for a tensor of
 * zeros, and underflows to 0 where the magnitude is below about target * 2^-150.
 */
export function tensorScaleOf({data}: Tensor, target: number): number {
  const [largest = 0] = groupAbsMax(data, groupsAlong([data.length], 0, data.length));
  return Math.fround(largest / target);
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
