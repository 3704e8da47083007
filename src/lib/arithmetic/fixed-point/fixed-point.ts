import {roundHalfEven} from "../../formats/round.js";

/** Rules of rounding to whole steps: to the nearest, ties up; down; to the nearest, ties to even. */
export const FIXED_ROUNDINGS = ["nearest", "truncate", "convergent"] as const;

/** A fixed-point number of `word` bits, `fraction` of them behind the point (below 0 or above `word` too). */
export interface FixedPoint {
  readonly word: number;
  readonly fraction: number;
  readonly rounding: (typeof FIXED_ROUNDINGS)[number];
  /** What leaves the word stays at its end, or loses its upper bits. */
  readonly overflow: "saturate" | "wrap";
}

const ROUND = {nearest: (x: number) => Math.floor(x + 0.5), truncate: Math.floor, convergent: roundHalfEven};

/** The least and the largest integer of a word. */
export const wordRange = (word: number): readonly [number, number] => [
  -(2 ** (word - 1)),
  2 ** (word - 1) - 1,
];

/** The integer that stands for x: x 2^fraction, rounded, within the word. (QFX, arXiv:2401.17544, section 3) */
export function fixedInteger(x: number, {word, fraction, rounding, overflow}: FixedPoint): number {
  const [least, most] = wordRange(word);
  const whole = ROUND[rounding](x * 2 ** fraction);
  if (overflow === "saturate") return Math.min(Math.max(whole, least), most);
  const span = 2 ** word;
  return whole - span * Math.floor((whole - least) / span);
}

/** x on the grid of a fixed point. */
export const fixedCast = (x: number, format: FixedPoint): number =>
  fixedInteger(x, format) / 2 ** format.fraction;

/** Many numbers on the grid of a fixed point, in place: {@link fixedCast} of each. */
export function castInPlace(values: Float64Array, {word, fraction, rounding, overflow}: FixedPoint): void {
  const [least, most] = wordRange(word);
  const [round, toSteps, span] = [ROUND[rounding], 2 ** fraction, 2 ** word];
  const saturates = overflow === "saturate";
  for (let i = 0; i < values.length; i++) {
    const whole = round(values[i] * toSteps);
    const inside =
      whole >= least && whole <= most
        ? whole
        : saturates
          ? Math.min(Math.max(whole, least), most)
          : whole - span * Math.floor((whole - least) / span);
    values[i] = inside / toSteps;
  }
}

/** The bits behind the point that leave room for `amax`, as chosen after training. */
export const binaryPoint = (amax: number, word: number): number => word - 1 - Math.ceil(Math.log2(amax));

/**
 * Slopes of a saturating cast: by x, straight through within the word and 0 beyond; by the number of bits behind the point.
 * (QFX, arXiv:2401.17544, section 3: the point is trained as a real number)
 */
export function castSlopes(
  x: number,
  format: FixedPoint,
): {readonly byX: number; readonly byFraction: number} {
  const step = 2 ** -format.fraction;
  const [least, most] = wordRange(format.word);
  const steps = x / step;
  const byStep = steps < least ? least : steps > most ? most : ROUND[format.rounding](steps) - steps;
  return {byX: steps < least || steps > most ? 0 : 1, byFraction: -Math.LN2 * step * byStep};
}

/**
 * The same cast of an integer under another point, in whole numbers of any length: what a circuit does, and the replay that
 * a forward pass in floating point must agree with.
 */
export function castBigInt(
  value: bigint,
  from: number,
  {word, fraction, rounding, overflow}: FixedPoint,
): bigint {
  const [least, span] = [-(1n << BigInt(word - 1)), 1n << BigInt(word)];
  const whole = rescaled(value, from - fraction, rounding);
  if (overflow === "wrap") return ((((whole - least) % span) + span) % span) + least;
  const most = least + span - 1n;
  return whole < least ? least : whole > most ? most : whole;
}

/** A whole number without its lowest `shift` bits, rounded. */
function rescaled(value: bigint, shift: number, rounding: FixedPoint["rounding"]): bigint {
  if (shift <= 0) return value << BigInt(-shift);
  const bits = BigInt(shift);
  const half = 1n << (bits - 1n);
  const down = value >> bits;
  const rest = value - (down << bits);
  if (rounding === "truncate") return down;
  const isUp = rest > half || (rest === half && (rounding === "nearest" || (down & 1n) === 1n));
  return isUp ? down + 1n : down;
}
