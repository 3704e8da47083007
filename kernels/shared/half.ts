/** The bits of a float in half precision, to nearest even, infinity beyond its range. */
export function halfBits(x: f32): u32 {
  const bits = reinterpret<u32>(x);
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude >= 0x7f800000) return sign | (magnitude === 0x7f800000 ? 0x7c00 : 0x7e00);
  // Below 2^-14 a step is 2^-24, that of float at 0.5.
  if (magnitude < 0x38800000) return sign | (reinterpret<u32>(abs(x) + 0.5) & 0x7ff);
  const rounded = (magnitude + 0xfff + ((magnitude >> 13) & 1) - 0x38000000) >> 13;
  return sign | min(rounded, 0x7c00);
}

/** The float of a half's bits. */
export function halfValue(bits: u32): f32 {
  const sign = (bits & 0x8000) << 16;
  const magnitude = bits & 0x7fff;
  if (magnitude > 0x7c00) return f32.NaN;
  if (magnitude === 0x7c00) return reinterpret<f32>(sign | 0x7f800000);
  if (magnitude < 0x400) {
    const value = <f32>magnitude * 5.9604644775390625e-8;
    return sign === 0 ? value : -value;
  }
  return reinterpret<f32>(sign | ((magnitude << 13) + 0x38000000));
}
