/** Element-wise non-linear functions of networks, in float64. */

/** ln(1 + e^v); v itself above `threshold`, where the two agree to 2e-9. */
export function softplus(v: number, threshold = 20): number {
  return v > threshold ? v : Math.log1p(Math.exp(v));
}

/** 1 / (1 + e^-v) */
export function sigmoid(v: number): number {
  return 1 / (1 + Math.exp(-v));
}

/** v sigmoid(v), also called swish. (arXiv:1702.03118, equation 6) */
export function silu(v: number): number {
  return v / (1 + Math.exp(-v));
}

/** x Φ(x) with the normal distribution itself, not one of its approximations. (arXiv:1606.08415, section 2) */
export function gelu(x: number): number {
  return (x * (1 + erf(x / Math.SQRT2))) / 2;
}

/** The usual approximation of {@link gelu}: x/2 (1 + tanh(√(2/π) (x + 0.044715 x³))). (arXiv:1606.08415, section 2) */
export function geluTanh(x: number): number {
  return (x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)))) / 2;
}

/** The error function: 2/√π e^(-x²) Σ 2^n x^(2n+1) / (2n+1)!!, whose terms all have one sign. */
export function erf(x: number): number {
  if (Number.isNaN(x)) return x;
  // erfc(6) is below 2^-53.
  if (Math.abs(x) > 6) return Math.sign(x);
  let [term, sum] = [x, x];
  for (let n = 1; Math.abs(term) > 2 ** -54 * Math.abs(sum); n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}
