import {placeOf} from "./encode";

/**
 * The squared error of floats under one scale, added to `error` in float64 and in order; stops where it exceeds `limit`.
 * @param table casts, as `castCodes` reads them
 * @param values of codes, floats
 */
export function castError(x: usize, count: i32, scale: f32, table: usize, values: usize, limit: f64): f64 {
  let error: f64 = 0;
  for (let i = 0; i < count && error <= limit; i++, x += 4) {
    const value = load<f32>(x);
    const code = <usize>load<u8>(table + placeOf(value / scale));
    const difference = <f64>value - <f64>load<f32>(values + (code << 2)) * <f64>scale;
    error += difference * difference;
  }
  return error;
}
