/** Four orders in which the patches of a picture are read: rows, columns, and both backwards. (VMamba, arXiv:2401.10166, figure 3) */

/** Orders of a cross scan. */
export const DIRECTIONS = 4;

/** The place among the rows of patches of the one that an order reads at a step. */
export type Order = Int32Array;

/** The orders over `side` x `side` patches that lie row after row. */
export function crossOrders(side: number): readonly Order[] {
  const rows = Int32Array.from({length: side * side}, (_, i) => i);
  const columns = rows.map((i) => (i % side) * side + Math.floor(i / side));
  return [rows, columns, rows.slice().reverse(), columns.slice().reverse()];
}

/** Patches [L, channels] in an order. */
export function inOrder(x: Float32Array, channels: number, order: Order): Float32Array {
  const y = new Float32Array(x.length);
  for (let step = 0; step < order.length; step++) {
    const from = order[step] * channels;
    y.set(x.subarray(from, from + channels), step * channels);
  }
  return y;
}

/** Adds what an order's scan gives [L, channels] to the patches that it belongs to, in place. */
export function addBack(sum: Float32Array, y: Float32Array, channels: number, order: Order): void {
  for (let step = 0; step < order.length; step++) {
    const [to, from] = [order[step] * channels, step * channels];
    for (let d = 0; d < channels; d++) sum[to + d] = sum[to + d] + y[from + d];
  }
}
