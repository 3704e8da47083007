/** Thresholds of float32 numbers, as kernels compare with them. */

/** The float32 number just below a positive one. */
export function floatBelow(x: number): number {
  const value = Float32Array.of(x);
  new Int32Array(value.buffer)[0] -= 1;
  return value[0];
}

/** The largest float32 number that is not above a number of at least 0: float32 numbers are above both or above none. */
export function floatAtMost(x: number): number {
  const near = Math.fround(x);
  return near > x ? floatBelow(near) : near;
}
