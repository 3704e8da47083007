import {makeThresholds, type Thresholds} from "../codebook/codebook.js";

/** Values that most elements take: whole steps, or `flint`, whose steps grow with the magnitude. */
export type NormalType = "int" | "flint";

/** Normal values end here; whatever rounds to more is an outlier. */
const OUTLIER_THRESHOLD = 32;
/** Exponent field of abfloat, and the exponent of its first binade: 2^5 is the threshold. */
const EXPONENT_BITS = 2;
const EXPONENT_BASE = 5;

/**
 * Magnitudes before the scale in ascending order: the normal ones first, then those of outliers. A victim's code is the
 * most negative one, which no normal value uses; it says that its partner's code is an outlier's.
 */
export interface OliveGrid {
  readonly bits: number;
  readonly magnitudes: Float32Array;
  /** Place of the largest normal magnitude, and its value. */
  readonly lastNormal: number;
  readonly largestNormal: number;
  /** Numbers midway between neighbours. */
  readonly midpoints: Float32Array;
  readonly thresholds: Thresholds;
}

/** Normal magnitudes of `int`: 0 … 2^(b-1) - 1 steps, the threshold being one step more. */
function intMagnitudes(bits: number): number[] {
  const count = 2 ** (bits - 1);
  return Array.from({length: count}, (_, i) => (i * OUTLIER_THRESHOLD) / count);
}

/**
 * Normal magnitudes of `flint` on m = b - 1 bits: 0, binades of ever fewer mantissa bits on both sides of 1, and one
 * power of two more, which is brought to the threshold. (ANT, arXiv 2208.14286)
 */
function flintMagnitudes(bits: number): number[] {
  const m = bits - 1;
  const binade = (exponent: number, mantissaBits: number) =>
    Array.from({length: 2 ** mantissaBits}, (_, j) => 2 ** exponent * (1 + j / 2 ** mantissaBits));
  const below = Array.from({length: m - 1}, (_, i) => binade(-(i + 1), m - i - 2));
  const above = Array.from({length: m - 1}, (_, i) => binade(i, m - i - 2));
  const values = [0, ...below.flat(), ...above.flat(), 2 ** (m - 1)];
  return values.map((value) => (value * OUTLIER_THRESHOLD) / 2 ** (m - 1)).sort((a, b) => a - b);
}

/** Magnitudes of outliers, abfloat: 2^i (1 + j / 2^m) with i = 5 … 8, m = b - 3, but for 32 itself. */
function outlierMagnitudes(bits: number): number[] {
  const steps = 2 ** (bits - 1 - EXPONENT_BITS);
  return Array.from({length: 2 ** EXPONENT_BITS * steps}, (_, code) => {
    const exponent = EXPONENT_BASE + Math.floor(code / steps);
    return 2 ** exponent * (1 + (code % steps) / steps);
  }).slice(1);
}

/** The magnitudes of OliVe on codes of `bits` bits, those of outliers on demand. (OliVe, arXiv 2304.07493, section 3) */
export function oliveGrid(bits: number, normal: NormalType, hasOutliers = true): OliveGrid {
  const normals = normal === "int" ? intMagnitudes(bits) : flintMagnitudes(bits);
  const magnitudes = Float32Array.from([...normals, ...(hasOutliers ? outlierMagnitudes(bits) : [])]);
  const midpoints = Float32Array.from(magnitudes.subarray(1), (m, i) => (magnitudes[i] + m) / 2);
  const lastNormal = normals.length - 1;
  const largestNormal = normals[lastNormal];
  return {bits, magnitudes, lastNormal, largestNormal, midpoints, thresholds: makeThresholds(midpoints)};
}

/** The most negative code of `bits` bits, which a victim has. */
export const victimCode = (bits: number): number => 2 ** (bits - 1);

/** The value of a code whose partner is no victim; 0 for a victim's. */
export function normalValue({bits, magnitudes}: OliveGrid, code: number): number {
  const half = victimCode(bits);
  if (code === half) return 0;
  return code < half ? magnitudes[code] : -magnitudes[2 * half - code];
}

/** The value of an outlier's code: a sign bit, and an abfloat number above it that counts from 1. */
export function outlierValue({bits, magnitudes, lastNormal}: OliveGrid, code: number): number {
  const half = victimCode(bits);
  return code < half ? magnitudes[lastNormal + code] : -magnitudes[lastNormal + code - half];
}
