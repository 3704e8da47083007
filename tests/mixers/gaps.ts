import {largest} from "../../src/lib/stats/extent.js";

/** Largest difference of two lists of numbers. */
export const largestGap = (a: Float64Array, b: Float64Array): number =>
  largest(Array.from(a, (value, at) => Math.abs(value - b[at])));
