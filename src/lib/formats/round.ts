/**
 * Rule by which a real number becomes an integer:
 * - `half-even`: nearest, ties to even (IEEE 754, the OCP casts);
 * - `half-away`: nearest, ties away from zero (C `roundf`, the default of microxcaling);
 * - `half-to-zero`: nearest, ties toward zero (NVFP4 and 4over6 of the RaZeR authors);
 * - `half-down`: nearest, ties toward minus infinity (NF4 and the weight formats of the RaZeR authors);
 * - `half-up`: nearest, ties toward plus infinity, `trunc(v + offset + 0.5) - offset` (ggml Q4_0 and kin);
 * - `toward-zero`: the magnitude is cut (microxcaling `floor`);
 * - `magic`: float32 addition of 1.5 * 2^23 (ggml K-quants): half-even, for |v| < 2^22 only.
 */
export type Rounding = (typeof ROUNDINGS)[number];

/** All rounding rules by name. */
export const ROUNDINGS = [
  "half-even",
  "half-away",
  "half-to-zero",
  "half-down",
  "half-up",
  "toward-zero",
  "magic",
] as const;

const ULP_IS_ONE = 1.5 * 2 ** 52;
const MAGIC = 1.5 * 2 ** 23;

/** Rounds to the nearest integer, ties to even; exact for |v| < 2^51. The sign of a zero is not kept. */
export function roundHalfEven(v: number): number {
  return v + ULP_IS_ONE - ULP_IS_ONE;
}

function roundHalfUp(v: number): number {
  const below = Math.floor(v);
  // v - below is exact, while v + 0.5 may round up across the integer.
  return v - below >= 0.5 ? below + 1 : below;
}

const rounders: Readonly<Record<Rounding, (v: number) => number>> = {
  "half-even": roundHalfEven,
  "half-away": (v) => (v < 0 ? -roundHalfUp(-v) : roundHalfUp(v)),
  "half-to-zero": (v) => (v < 0 ? roundHalfUp(v) : -roundHalfUp(-v)),
  "half-down": (v) => -roundHalfUp(-v),
  "half-up": roundHalfUp,
  "toward-zero": Math.trunc,
  magic: (v) => Math.fround(Math.fround(v + MAGIC) - MAGIC),
};

/**
 * The function that rounds a number to an integer by `rounding`; exact for |v| < 2^51 (`magic`: 2^22).
 * The sign of a zero result carries no meaning.
 * @throws RangeError if there is no such rule.
 */
export function rounderOf(rounding: Rounding): (v: number) => number {
  if (!Object.hasOwn(rounders, rounding)) {
    throw new RangeError(`rounding: rule must be one of ${ROUNDINGS.join(", ")}, got ${rounding}`);
  }
  return rounders[rounding];
}

const mirrored: Readonly<Partial<Record<Rounding, Rounding>>> = {
  "half-down": "half-up",
  "half-up": "half-down",
};

/** The rule that does to -v what `rounding` does to v: it rounds the magnitude of a negative number. */
export function mirrorRounding(rounding: Rounding): Rounding {
  return mirrored[rounding] ?? rounding;
}
