import type {Numbers} from "./precision.js";

/**
 * All prefixes of h_t = a_t h_(t-1) + b_t with h_(-1) = 0, in place: the associative operator
 * (a, b) then (a', b') = (a a', a' b + b') along a tree, 2 L combinations in 2 log2 L rounds whose members are
 * independent of each other. Afterwards b holds h, and a the products of all decays up to there.
 * (the scan of Brent and Kung, doi.org/10.1109/TC.1982.1675982, for any length)
 * @throws RangeError if a and b differ in length.
 */
export function associativeScan(a: Numbers, b: Numbers): void {
  const length = a.length;
  if (b.length !== length) {
    throw new RangeError(`associativeScan: b must have the ${length} numbers of a, got ${b.length}`);
  }
  let span = 1;
  for (; span < length; span *= 2) {
    for (let right = 2 * span - 1; right < length; right += 2 * span) combine(a, b, right - span, right);
  }
  for (; span >= 1; span /= 2) {
    for (let right = 3 * span - 1; right < length; right += 2 * span) combine(a, b, right - span, right);
  }
}

function combine(a: Numbers, b: Numbers, left: number, right: number): void {
  b[right] = a[right] * b[left] + b[right];
  a[right] = a[left] * a[right];
}
