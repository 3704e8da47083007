import type {RandomStream} from "../../tensor/random.js";
import {countProducts, type OperationCounts} from "../operation-counts.js";
import {fitKernelMap, type KernelMap, kernelFeatures} from "./kernel-map.js";

/** A hash function of vectors to codes of 1 and -1: signs of products with the likeness to anchors. */
export interface HashFunction {
  readonly map: KernelMap;
  /** A vector over the anchors for each bit [bits, anchors]; written A. */
  readonly directions: Float64Array;
  readonly bits: number;
}

/** Codes of x [rows, width], rows of length 1: [rows, bits] of 1 and -1; a product of 0 gives -1. */
export function hashCodes(x: Float64Array, hash: HashFunction, counts?: OperationCounts): Int8Array {
  const {map, directions, bits} = hash;
  const features = kernelFeatures(x, map, counts);
  const anchors = map.means.length;
  if (counts) countProducts(counts, features.length * bits);
  return Int8Array.from({length: (features.length / anchors) * bits}, (_, at) =>
    projection(features, Math.floor(at / bits), directions, at % bits, anchors) > 0 ? 1 : -1,
  );
}

/** Product of a row of features with the direction of a bit. */
export function projection(
  features: Float64Array,
  row: number,
  directions: Float64Array,
  bit: number,
  anchors: number,
): number {
  let sum = 0;
  for (let a = 0; a < anchors; a++) sum += features[row * anchors + a] * directions[bit * anchors + a];
  return sum;
}

/**
 * A hash function with random directions, about anchors drawn from x [rows, width]; training begins with it.
 * @throws RangeError if x is empty.
 */
export function randomHash(
  x: Float64Array,
  {width, bits, anchors}: {readonly width: number; readonly bits: number; readonly anchors: number},
  stream: RandomStream,
): HashFunction {
  const rows = x.length / width;
  const chosen = Float64Array.from({length: anchors * width});
  for (let a = 0; a < anchors; a++) {
    const row = Math.floor(stream.uniform() * rows);
    chosen.set(x.subarray(row * width, (row + 1) * width), a * width);
  }
  return {
    map: fitKernelMap(x, chosen, width),
    directions: Float64Array.from({length: bits * anchors}, () => stream.normal()),
    bits,
  };
}
