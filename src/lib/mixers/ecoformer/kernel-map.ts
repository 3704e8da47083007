import {requireInteger, requireLength} from "../../tensor/require.js";
import {countProducts, type OperationCounts} from "../operation-counts.js";

/** A map of vectors to their likeness with some anchors: exp(-|x - anchor|² / (2 spread)), less its mean. */
export interface KernelMap {
  /** [anchors, width] */
  readonly anchors: Float64Array;
  readonly width: number;
  /** Mean squared distance of the vectors that it was fitted to from the anchors; written σ. */
  readonly spread: number;
  /** Mean likeness with each anchor over those vectors. */
  readonly means: Float64Array;
}

/**
 * The map of some anchors, its spread and means from the vectors x [rows, width]. The released code takes the spread of
 * whatever it encodes, so that a code depends on the tokens beside it; here it stays what it was in training.
 * (EcoFormer, arXiv:2209.09004, section 3.2)
 * @throws RangeError if there is no anchor, or all vectors are the one anchor.
 */
export function fitKernelMap(x: Float64Array, anchors: Float64Array, width: number): KernelMap {
  requireInteger("fitKernelMap", "width", width, 1);
  const [rows, count] = [x.length / width, anchors.length / width];
  requireInteger("fitKernelMap", "rows of anchors", count, 1);
  requireInteger("fitKernelMap", "rows of x", rows, 1);
  const distances = squaredDistances(x, anchors, width);
  const spread = distances.reduce((sum, distance) => sum + distance, 0) / distances.length;
  if (!(spread > 0)) {
    throw new RangeError(`fitKernelMap: x must differ from the anchors, got a mean distance of ${spread}`);
  }
  const map = {anchors, width, spread, means: new Float64Array(count)};
  const features = kernelFeatures(x, map);
  const means = map.means.map((_, a) => {
    let sum = 0;
    for (let i = 0; i < rows; i++) sum += features[i * count + a];
    return sum / rows;
  });
  return {...map, means};
}

/** Features of x [rows, width]: [rows, anchors]. */
export function kernelFeatures(
  x: Float64Array,
  {anchors, width, spread, means}: KernelMap,
  counts?: OperationCounts,
): Float64Array {
  const count = means.length;
  requireLength("kernelFeatures", "anchors", anchors, count * width);
  const distances = squaredDistances(x, anchors, width);
  if (counts) {
    // Of vectors of length 1 the squared distance is 2 less twice the product.
    countProducts(counts, distances.length * width);
    counts.multiplications += distances.length;
    counts.exponentials += distances.length;
    counts.additions += 2 * distances.length;
  }
  return distances.map((distance, at) => Math.exp(-distance / (2 * spread)) - means[at % count]);
}

function squaredDistances(x: Float64Array, anchors: Float64Array, width: number): Float64Array {
  const [rows, count] = [x.length / width, anchors.length / width];
  const out = new Float64Array(rows * count);
  for (let i = 0; i < rows; i++) {
    for (let a = 0; a < count; a++) {
      let sum = 0;
      for (let l = 0; l < width; l++) sum += (x[i * width + l] - anchors[a * width + l]) ** 2;
      out[i * count + a] = sum;
    }
  }
  return out;
}

/** Rows of x [rows, width] scaled to length 1; a row of zeros stays one. */
export function unitRows(x: Float64Array, width: number): Float64Array {
  const out = Float64Array.from(x);
  for (let start = 0; start < x.length; start += width) {
    let square = 0;
    for (let l = 0; l < width; l++) square += x[start + l] ** 2;
    const length = Math.sqrt(square) || 1;
    for (let l = 0; l < width; l++) out[start + l] = x[start + l] / length;
  }
  return out;
}
