import {requireInteger} from "../tensor/require.js";
import {boxOf, largestEdge} from "./mesh.js";

/** Coordinates on a grid of one step for all axes, and the grid. */
export interface QuantizedPoints {
  /** Grid coordinates from 0 to 2^bits - 1, three a point. */
  readonly q: Int32Array;
  readonly low: readonly [number, number, number];
  /** The largest edge of the box. */
  readonly extent: number;
  readonly bits: number;
}

/**
 * Rounds points to a grid of 2^bits steps along the largest edge of their box, halves upwards:
 * q = ⌊(v - low) / extent · (2^bits - 1) + 1/2⌋. One step for all axes keeps angles.
 * @param points three coordinates each
 * @throws RangeError if there is no point, a coordinate is not finite, or bits is no integer of 1 to 24.
 */
export function quantizePoints(points: ArrayLike<number>, bits: number): QuantizedPoints {
  requireInteger("quantizePoints", "bits", bits, 1, 24);
  const box = boxOf(points);
  const extent = largestEdge(box);
  const steps = 2 ** bits - 1;
  const q = new Int32Array(points.length);
  for (let i = 0; i < points.length; i++) {
    q[i] = extent === 0 ? 0 : Math.floor(((points[i] - box.low[i % 3]) / extent) * steps + 0.5);
  }
  return {q, low: box.low, extent, bits};
}

/** The points that grid coordinates stand for: low + q / (2^bits - 1) · extent. */
export function dequantizePoints({q, low, extent, bits}: QuantizedPoints): Float64Array {
  const steps = 2 ** bits - 1;
  return Float64Array.from(q, (value, i) => low[i % 3] + (value / steps) * extent);
}

/** Differences of each point to the one before it; the first one to 0. */
export function deltasOf(q: Int32Array): Int32Array {
  return q.map((value, i) => (i < 3 ? value : value - q[i - 3]));
}

/** Points from their differences. */
export function fromDeltas(deltas: Int32Array): Int32Array {
  const q = Int32Array.from(deltas);
  for (let i = 3; i < q.length; i++) q[i] += q[i - 3];
  return q;
}

/** Entropy of a list of symbols by their counts alone, in bits a symbol; 0 for an empty list. */
export function orderZeroEntropy(symbols: ArrayLike<number>): number {
  const counts = new Map<number, number>();
  for (let i = 0; i < symbols.length; i++) counts.set(symbols[i], (counts.get(symbols[i]) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / symbols.length) * Math.log2(count / symbols.length);
  return bits;
}
