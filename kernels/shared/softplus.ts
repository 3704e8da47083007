import {exp4} from "./exp";

/**
 * ln(1 + e^x) of four floats, as max(x, 0) + 2 artanh(w / (2 + w)) with w = e^-|x|: the series has no cancellation, so
 * small results keep their relative precision, within 5 units in the last place; below -87.3 it gives 0.
 */
export function softplus4(x: v128): v128 {
  const w = exp4(f32x4.neg(f32x4.abs(x)));
  const s = f32x4.div(w, f32x4.add(w, f32x4.splat(2)));
  const s2 = f32x4.mul(s, s);
  let series = f32x4.splat(1.0 / 15.0);
  series = f32x4.add(f32x4.mul(series, s2), f32x4.splat(1.0 / 13.0));
  series = f32x4.add(f32x4.mul(series, s2), f32x4.splat(1.0 / 11.0));
  series = f32x4.add(f32x4.mul(series, s2), f32x4.splat(1.0 / 9.0));
  series = f32x4.add(f32x4.mul(series, s2), f32x4.splat(1.0 / 7.0));
  series = f32x4.add(f32x4.mul(series, s2), f32x4.splat(1.0 / 5.0));
  series = f32x4.add(f32x4.mul(series, s2), f32x4.splat(1.0 / 3.0));
  series = f32x4.add(f32x4.mul(series, s2), f32x4.splat(1));
  return f32x4.add(f32x4.max(x, f32x4.splat(0)), f32x4.mul(f32x4.add(s, s), series));
}
