import {requireInteger} from "../tensor/require.js";

/**
 * The probability that Student's t stays below `t`, by the finite sums for whole degrees of freedom: all terms have one
 * sign, so nothing cancels. (Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.3 and 26.7.4)
 * @throws RangeError unless degrees is an integer of at least 1.
 */
export function studentTProbability(t: number, degrees: number): number {
  requireInteger("studentTProbability", "degrees", degrees, 1);
  const angle = Math.atan(t / Math.sqrt(degrees));
  return 0.5 + (degrees % 2 === 1 ? oddShare(angle, degrees) : evenShare(angle, degrees)) / 2;
}

/** The share of the law between -t and t, with the sign of t: 2/π (θ + sin θ (cos θ + 2/3 cos³ θ + 2·4/(3·5) cos⁵ θ + …)). */
function oddShare(angle: number, degrees: number): number {
  const cos = Math.cos(angle);
  let [term, sum] = [cos, 0];
  for (let k = 1; k < degrees; k += 2) {
    sum += term;
    term *= ((k + 1) / (k + 2)) * cos * cos;
  }
  return (2 / Math.PI) * (angle + Math.sin(angle) * sum);
}

/** The same for even degrees: sin θ (1 + 1/2 cos² θ + 1·3/(2·4) cos⁴ θ + …). */
function evenShare(angle: number, degrees: number): number {
  const cos = Math.cos(angle);
  let [term, sum] = [1, 0];
  for (let k = 0; k < degrees; k += 2) {
    sum += term;
    term *= ((k + 1) / (k + 2)) * cos * cos;
  }
  return Math.sin(angle) * sum;
}

/**
 * The t that Student's law with so many degrees of freedom stays below with probability p, by bisection to the last bit
 * of float64 that the probability can tell apart.
 * @throws RangeError unless 0 < p < 1 and degrees is an integer of at least 1.
 */
export function studentTQuantile(p: number, degrees: number): number {
  if (!(p > 0 && p < 1)) throw new RangeError(`studentTQuantile: p must be between 0 and 1, got ${p}`);
  if (p < 0.5) return -studentTQuantile(1 - p, degrees);
  let [low, high] = [0, 1];
  while (studentTProbability(high, degrees) < p) [low, high] = [high, 2 * high];
  for (;;) {
    const middle = (low + high) / 2;
    if (middle <= low || middle >= high) return middle;
    if (studentTProbability(middle, degrees) < p) low = middle;
    else high = middle;
  }
}
