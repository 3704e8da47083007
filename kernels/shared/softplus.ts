/**
 * ln(1 + e^x) of four floats, as max(x, 0) + 2 artanh(w / (2 + w)) with w = e^-|x|: there is no cancellation, so small
 * results keep their relative precision, below 2^-21 of themselves; below -87.3 it gives 0.
 */
export function softplus4(x: v128): v128 {
  const w = expOfMinus(f32x4.abs(x));
  const s = f32x4.div(w, f32x4.add(w, f32x4.splat(2)));
  const z = f32x4.mul(s, s);
  // artanh(s) / s for s up to 1/3, of least relative error 2^-27.7.
  let series = f32x4.splat(1.40059937e-1);
  series = f32x4.add(f32x4.mul(series, z), f32x4.splat(1.40009025e-1));
  series = f32x4.add(f32x4.mul(series, z), f32x4.splat(2.00107643e-1));
  series = f32x4.add(f32x4.mul(series, z), f32x4.splat(3.33332084e-1));
  series = f32x4.add(f32x4.mul(series, z), f32x4.splat(1));
  return f32x4.add(f32x4.pmax(x, f32x4.splat(0)), f32x4.mul(f32x4.add(s, s), series));
}

/** e^-a for a >= 0, as in exp2of4, but with ln 2 in two parts, the first short enough for n times it to be exact. */
function expOfMinus(a: v128): v128 {
  const magic = f32x4.splat(12582912);
  const bounded = f32x4.pmin(a, f32x4.splat(87.3));
  const shifted = f32x4.sub(magic, f32x4.mul(bounded, f32x4.splat(Mathf.LOG2E)));
  const n = f32x4.sub(magic, shifted);
  let r = f32x4.sub(f32x4.mul(n, f32x4.splat(0.693359375)), bounded);
  r = f32x4.sub(r, f32x4.mul(n, f32x4.splat(2.1219444e-4)));
  let p = f32x4.splat(8.29031475e-3);
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(4.18979296e-2));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.66676362e-1));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(4.99991495e-1));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(9.99999707e-1));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1));
  return v128.andnot(i32x4.add(p, i32x4.shl(shifted, 23)), f32x4.gt(a, f32x4.splat(87.3)));
}
