/**
 * Turns the scores p[from .. to - 1] into probabilities in place, shifted by their maximum so that nothing overflows.
 * Where the maximum is infinite or a score is NaN, all of them become NaN.
 */
export function softmaxInPlace(p: Float64Array, from = 0, to = p.length): void {
  let top = Number.NEGATIVE_INFINITY;
  for (let n = from; n < to; n++) if (p[n] > top) top = p[n];
  let sum = 0;
  for (let n = from; n < to; n++) {
    p[n] = Math.exp(p[n] - top);
    sum += p[n];
  }
  for (let n = from; n < to; n++) p[n] = p[n] / sum;
}

/** The softmax of `scores` in float64. */
export function softmax(scores: ArrayLike<number>): Float64Array {
  const p = Float64Array.from(scores);
  softmaxInPlace(p);
  return p;
}
