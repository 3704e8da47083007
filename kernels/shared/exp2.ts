/**
 * 2^y of four floats for y < 128, 0 for y < -126: adding 1.5 * 2^23 rounds y to an integer n that then stands in the low
 * bits, from where a shift makes it an exponent; a polynomial for e^r with r = (y - n) ln 2. Within 2 units in the last
 * place. Polynomial: S. L. Moshier, Cephes, expf.
 */
export function exp2of4(y: v128): v128 {
  const magic = f32x4.splat(12582912);
  const shifted = f32x4.add(y, magic);
  const r = f32x4.mul(f32x4.sub(y, f32x4.sub(shifted, magic)), f32x4.splat(Mathf.LN2));
  let p = f32x4.splat(1.98756915e-4);
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.3981999507e-3));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(8.3334519073e-3));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(4.1665795894e-2));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.6666665459e-1));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(5.0000001201e-1));
  p = f32x4.add(f32x4.add(f32x4.mul(p, f32x4.mul(r, r)), r), f32x4.splat(1));
  // The exponent of p grows by n; what would leave the normal numbers is 0.
  return v128.andnot(i32x4.add(p, i32x4.shl(shifted, 23)), f32x4.lt(y, f32x4.splat(-126)));
}
