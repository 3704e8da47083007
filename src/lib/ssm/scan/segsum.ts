import type {Numbers} from "../../engine/scan/precision.js";

/**
 * The sums of all segments of a: s[i, j] = a_(j+1) + … + a_i for j < i, 0 on the diagonal, -Infinity above it, so that
 * exp(s) holds the decay from every token to every later one. Each is summed for itself; a difference of cumulative
 * sums would cancel where decays are strong. (arXiv 2405.21060, section 6 and listing 1)
 * @returns [T, T] for T values of a, kept in the precision of a.
 */
export function segsum(a: Float64Array): Float64Array;
export function segsum(a: Numbers): Numbers;
export function segsum(a: Numbers): Numbers {
  const T = a.length;
  const sums = a instanceof Float32Array ? new Float32Array(T * T) : new Float64Array(T * T);
  sums.fill(Number.NEGATIVE_INFINITY);
  for (let i = 0; i < T; i++) {
    for (let j = 0; j < i; j++) sums[i * T + j] = sums[(i - 1) * T + j] + a[i];
    sums[i * T + i] = 0;
  }
  return sums;
}
