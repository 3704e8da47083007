/** The sum of four lanes. */
export function sum4(x: v128): f32 {
  return (
    f32x4.extract_lane(x, 0) + f32x4.extract_lane(x, 1) + f32x4.extract_lane(x, 2) + f32x4.extract_lane(x, 3)
  );
}

/** The largest of four lanes; NaN if one is. */
export function max4(x: v128): f32 {
  const a = max<f32>(f32x4.extract_lane(x, 0), f32x4.extract_lane(x, 1));
  return max<f32>(a, max<f32>(f32x4.extract_lane(x, 2), f32x4.extract_lane(x, 3)));
}
