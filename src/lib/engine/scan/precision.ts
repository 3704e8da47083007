/**
 * In what a scan keeps its numbers: states, decays, partial outputs. `float32` rounds each of them whenever it is
 * stored; what is added up in one go is still added in float64, as kernels add in wider registers.
 */
export type Precision = "float64" | "float32";

/** An array of either precision. */
export type Numbers = Float64Array | Float32Array;

/** Options of every form of a scan. */
export interface PrecisionOption {
  /** Default float64. */
  readonly precision?: Precision;
}

/** `count` numbers, all 0. */
export function zeros(precision: Precision, count: number): Numbers {
  return precision === "float32" ? new Float32Array(count) : new Float64Array(count);
}

/** The same numbers as they are kept; not a copy where they are kept so already. */
export function stored(precision: Precision, values: Float64Array): Numbers {
  return precision === "float32" ? new Float32Array(values) : values;
}

/** The numbers in float64 for the caller. */
export function widened(values: Numbers): Float64Array {
  return values instanceof Float64Array ? values : new Float64Array(values);
}
