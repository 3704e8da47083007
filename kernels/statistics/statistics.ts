/** Sums over tensors, in float64 by lanes. */

/**
 * Adds to five numbers at `sums`: the squares of x, of its differences from y and of y, and the products x y; the fifth
 * becomes the largest difference, NaN where one is.
 * @param count a multiple of 4
 */
export function addErrors(x: usize, y: usize, count: i32, sums: usize): void {
  let signal = f64x2.splat(0);
  let noise = signal;
  let approximated = signal;
  let product = signal;
  let largest = signal;
  const end = x + ((<usize>count) << 2);
  for (; x < end; x += 16, y += 16) {
    const four = v128.load(x);
    const others = v128.load(y);
    let a = f64x2.promote_low_f32x4(four);
    let b = f64x2.promote_low_f32x4(others);
    let difference = f64x2.abs(f64x2.sub(a, b));
    signal = f64x2.add(signal, f64x2.mul(a, a));
    noise = f64x2.add(noise, f64x2.mul(difference, difference));
    approximated = f64x2.add(approximated, f64x2.mul(b, b));
    product = f64x2.add(product, f64x2.mul(a, b));
    largest = f64x2.max(largest, difference);
    a = f64x2.promote_low_f32x4(v128.shuffle<i32>(four, four, 2, 3, 2, 3));
    b = f64x2.promote_low_f32x4(v128.shuffle<i32>(others, others, 2, 3, 2, 3));
    difference = f64x2.abs(f64x2.sub(a, b));
    signal = f64x2.add(signal, f64x2.mul(a, a));
    noise = f64x2.add(noise, f64x2.mul(difference, difference));
    approximated = f64x2.add(approximated, f64x2.mul(b, b));
    product = f64x2.add(product, f64x2.mul(a, b));
    largest = f64x2.max(largest, difference);
  }
  addLanes(sums, signal);
  addLanes(sums + 8, noise);
  addLanes(sums + 16, approximated);
  addLanes(sums + 24, product);
  const most = max<f64>(f64x2.extract_lane(largest, 0), f64x2.extract_lane(largest, 1));
  store<f64>(sums, max<f64>(load<f64>(sums, 32), most), 32);
}

function addLanes(at: usize, sum: v128): void {
  store<f64>(at, load<f64>(at) + f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1));
}
