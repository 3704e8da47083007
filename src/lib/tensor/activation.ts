/** Element-wise non-linear functions of networks, in float64. */

/** ln(1 + e^v); v itself above `threshold`, where the two agree to 2e-9. */
export function softplus(v: number, threshold = 20): number {
  return v > threshold ? v : Math.log1p(Math.exp(v));
}

/** v sigmoid(v), also called swish. (arXiv:1702.03118, equation 6) */
export function silu(v: number): number {
  return v / (1 + Math.exp(-v));
}
