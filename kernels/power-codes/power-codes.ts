/** Codes whose values are powers of integers, and the error under an exponent: the loops of `formats/power`. */
import {countBelow} from "../shared/thresholds";

/**
 * The squared error of groups, added to `error` element after element in float64; it stops after the group in which it exceeds
 * `limit`. A group with a scale of 0 holds zeros, which have none.
 * @param thresholds of codes, as `countBelow` reads them
 * @param magnitudes values of codes, floats
 */
export function powerError(
  x: usize,
  groups: i32,
  size: i32,
  scales: usize,
  thresholds: usize,
  magnitudes: usize,
  error: f64,
  limit: f64,
): f64 {
  const bytes = (<usize>size) << 2;
  for (let group = 0; group < groups && error <= limit; group++, x += bytes, scales += 4) {
    const scale = load<f32>(scales);
    if (scale === 0) continue;
    for (let i: usize = 0; i < bytes; i += 4) {
      const magnitude = abs(load<f32>(x + i));
      const code = countBelow(magnitude / scale, thresholds);
      const difference = <f64>magnitude - <f64>(load<f32>(magnitudes + ((<usize>code) << 2)) * scale);
      error += difference * difference;
    }
  }
  return error;
}

/** A byte for each float: the number of thresholds below its magnitude over the scale of its group, with its sign. */
export function powerCodes(
  x: usize,
  groups: i32,
  size: i32,
  scales: usize,
  thresholds: usize,
  codes: usize,
): void {
  for (let group = 0; group < groups; group++, scales += 4) {
    const scale = load<f32>(scales);
    for (let i = 0; i < size; i++, x += 4, codes++) {
      const value = load<f32>(x);
      const code = value === 0 ? 0 : countBelow(abs(value) / scale, thresholds);
      store<u8>(codes, value < 0 ? -code : code);
    }
  }
}
