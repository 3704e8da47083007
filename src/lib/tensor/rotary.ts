/**
 * The rotary embedding in float64, half-split: each pair (c, c + headDim/2) of every head of token t is rotated by
 * (start + t) · frequencies[c]. x [T, heads, headDim] stays, a copy comes back. (arXiv:2104.09864, section 3.4.2)
 * @param frequencies angles per token, [headDim / 2]
 * @throws RangeError if x does not hold whole tokens.
 */
export function rotateHalves(
  x: Float64Array,
  heads: number,
  frequencies: Float64Array,
  start = 0,
): Float64Array {
  const pairs = frequencies.length;
  const tokens = x.length / (2 * pairs * heads);
  if (!Number.isInteger(tokens)) {
    throw new RangeError(
      `rotateHalves: x must hold tokens of ${heads} x ${2 * pairs} values, got ${x.length}`,
    );
  }
  const y = new Float64Array(x.length);
  for (let t = 0; t < tokens; t++) {
    for (let c = 0; c < pairs; c++) {
      const angle = (start + t) * frequencies[c];
      const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
      for (let h = 0; h < heads; h++) {
        const low = (t * heads + h) * 2 * pairs + c;
        const [u, v] = [x[low], x[low + pairs]];
        y[low] = u * cos - v * sin;
        y[low + pairs] = v * cos + u * sin;
      }
    }
  }
  return y;
}
