/** The checks that come before a contest: sides that compute different things must not be compared. */

/**
 * Compares the results of two sides.
 * @throws Error if they differ in length, or by more than `tolerance` of the largest magnitude.
 */
export function requireClose(
  name: string,
  ours: ArrayLike<number>,
  peers: ArrayLike<number>,
  tolerance: number,
): void {
  if (ours.length !== peers.length) {
    throw new Error(`${name}: the peer must give ${ours.length} numbers, got ${peers.length}`);
  }
  let [largest, difference] = [0, 0];
  for (let i = 0; i < ours.length; i++) {
    largest = Math.max(largest, Math.abs(ours[i]));
    difference = Math.max(difference, Math.abs(ours[i] - peers[i]));
  }
  // Written so that a NaN fails.
  if (!(difference <= tolerance * largest)) {
    throw new Error(`${name}: results must agree within ${tolerance} of ${largest}, differ by ${difference}`);
  }
}

/** Mean of (x - y)^2 over mean of x^2. */
export function relativeError(x: Float32Array, y: Float32Array): number {
  let [error, power] = [0, 0];
  for (let i = 0; i < x.length; i++) {
    error += (x[i] - y[i]) ** 2;
    power += x[i] ** 2;
  }
  return error / power;
}
