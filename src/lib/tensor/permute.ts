/**
 * The channels of x [rows, order.length] in another order.
 * @param order for each new channel the old one
 */
export function permuteChannels(x: Float32Array, order: Int32Array): Float32Array {
  const width = order.length;
  return x.map((_, i) => x[i - (i % width) + order[i % width]]);
}

/** The order that undoes another. */
export function inverseOrder(order: Int32Array): Int32Array {
  const back = new Int32Array(order.length);
  order.forEach((from, to) => {
    back[from] = to;
  });
  return back;
}
