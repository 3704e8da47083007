import {roundHalfEven} from "../../formats/round.js";

/** Rounds to `bits` of significand (11 for fp16, 24 for fp32), ties to even; no limits of exponent. */
export const toSignificand =
  (bits: number) =>
  (x: number): number => {
    if (x === 0 || !Number.isFinite(x)) return x;
    const step = 2 ** (Math.floor(Math.log2(Math.abs(x))) - bits + 1);
    return roundHalfEven(x / step) * step;
  };

/** Rounds to `bits` of fraction, ties to even. */
export const toFraction =
  (bits: number) =>
  (x: number): number =>
    roundHalfEven(x * 2 ** bits) / 2 ** bits;

/**
 * 1 / sqrt(x) as a small unit computes it: x is brought to [1, 4) by its exponent, a table of 2^tableBits entries
 * gives a first guess, and one Newton step squares its error. Relative error at most 1.5 times the square of the
 * table's, which is 0.75 / 2^tableBits.
 * @throws RangeError if x is not a finite number above 0.
 */
export function rsqrtUnit(x: number, tableBits = 6): number {
  if (!(x > 0) || !Number.isFinite(x))
    throw new RangeError(`rsqrtUnit: x must be finite and above 0, got ${x}`);
  const half = Math.floor(Math.log2(x) / 2);
  const mantissa = x / 4 ** half;
  const entries = 2 ** tableBits;
  const entry = Math.min(entries - 1, Math.max(0, Math.floor(((mantissa - 1) / 3) * entries)));
  const guess = 1 / Math.sqrt(1 + (3 * (entry + 0.5)) / entries);
  return (guess * (1.5 - 0.5 * mantissa * guess * guess)) / 2 ** half;
}

/**
 * RMS norm followed by a linear, in the order of the unit: squares are summed while x streams by, the gain is
 * folded into the weights, and the one factor of the row is applied to the result. Equal to normalising first up
 * to rounding, because that factor is common to the row.
 * @param x [K]. @param gain [K]. @param w [N, K], row-major.
 */
export function deferredNormLinear(
  x: ArrayLike<number>,
  gain: ArrayLike<number>,
  w: ArrayLike<number>,
  {epsilon = 1e-6, rsqrt = rsqrtUnit}: {epsilon?: number; rsqrt?: (x: number) => number} = {},
): Float64Array {
  const K = x.length;
  const N = w.length / K;
  let squares = 0;
  for (let k = 0; k < K; k++) squares += x[k] * x[k];
  const factor = rsqrt(squares / K + epsilon);
  return Float64Array.from({length: N}, (_, n) => {
    let sum = 0;
    for (let k = 0; k < K; k++) sum += w[n * K + k] * gain[k] * x[k];
    return sum * factor;
  });
}

/** Drift of the recurrence at each position: distance between the true and the computed point. */
export interface RopeDrift {
  readonly position: number;
  readonly error: number;
}

/**
 * Rotation angles without a table: (cos, sin) of the next position from the last by one rotation of `theta`, four
 * products a pair, every result rounded; every `resync` positions the pair is set to the true value.
 */
export function ropeRecurrence(
  theta: number,
  positions: number,
  {resync = 64, round = toSignificand(11)}: {resync?: number; round?: (x: number) => number} = {},
): RopeDrift[] {
  const [c1, s1] = [round(Math.cos(theta)), round(Math.sin(theta))];
  let [c, s] = [1, 0];
  return Array.from({length: positions}, (_, position) => {
    if (position % resync === 0)
      [c, s] = [round(Math.cos(position * theta)), round(Math.sin(position * theta))];
    else [c, s] = [round(c * c1 - s * s1), round(s * c1 + c * s1)];
    return {position, error: Math.hypot(c - Math.cos(position * theta), s - Math.sin(position * theta))};
  });
}
