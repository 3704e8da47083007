import {integerAddEnergy, OPERATION_ENERGY} from "../../accel/energy.js";
import {offsetPlaces} from "../../arithmetic/lmul/lmul.js";
import {
  lmulMultiplier,
  type Multiplier,
  multiplierBackend,
  type Reach,
  roundedMultiplier,
} from "../../arithmetic/lmul/multiplier.js";
import type {Backend} from "../../engine/backend.js";
import {e4m3fn, e5m2} from "../../formats/element.js";
import type {Family} from "../../technique/families.js";

/** Bits of float32 beside its mantissa. */
const SIGN_AND_EXPONENT = 9;

/** Ways to multiply two numbers, by id. */
export const MULTIPLIER_IDS = [
  "l-mul-2",
  "l-mul-3",
  "l-mul-4",
  "l-mul-7",
  "l-mul-23",
  "mitchell",
  "fp8-e4m3",
  "fp8-e5m2",
] as const;

/** The id of a way to multiply. */
export type MultiplierId = (typeof MULTIPLIER_IDS)[number];

/** A way to multiply as an experiment tells of it. */
export interface MultiplierChoice {
  readonly label: string;
  readonly family: Family;
  readonly mantissaBits: number;
  /** Places of the constant; null where there is none. */
  readonly places: number | null;
  /** Picojoules of a product. */
  readonly energy: number;
  readonly backend: (base: Backend, reach: Reach) => Backend;
  /** Relative errors of products of factors between 1 and 2, equally spaced: mean, and mean of the magnitude. */
  readonly errors: () => {readonly mean: number; readonly meanMagnitude: number};
}

/**
 * A way to multiply by its id.
 * @param givenPlaces places of L-Mul's constant; null for those of the paper
 */
export function multiplierChoice(id: MultiplierId, givenPlaces: number | null): MultiplierChoice {
  if (id === "fp8-e4m3" || id === "fp8-e5m2") {
    const element = id === "fp8-e4m3" ? e4m3fn : e5m2;
    return {
      label: `multiplication of ${element === e5m2 ? "E5M2" : "E4M3"}`,
      family: "fp",
      mantissaBits: element.mantissaBits,
      places: null,
      energy: OPERATION_ENERGY.fp8Multiply.value,
      ...faces(roundedMultiplier(element)),
    };
  }
  if (id === "mitchell") return {label: "Mitchell, whole mantissas", ...added(23, null)};
  const mantissaBits = Number(id.slice("l-mul-".length));
  const label = `L-Mul, ${mantissaBits === 23 ? "whole mantissas" : `${mantissaBits} bits of mantissa`}`;
  return {label, ...added(mantissaBits, givenPlaces ?? offsetPlaces(mantissaBits))};
}

const added = (mantissaBits: number, places: number | null) => ({
  family: "codebook" as const,
  mantissaBits,
  places,
  energy: integerAddEnergy(SIGN_AND_EXPONENT + mantissaBits),
  ...faces(lmulMultiplier(mantissaBits, places)),
});

const faces = <P>(multiplier: Multiplier<P>): Pick<MultiplierChoice, "backend" | "errors"> => ({
  backend: (base, reach) => multiplierBackend(base, multiplier, reach),
  errors: () => errorsOf(multiplier),
});

/** Factors of each side on which errors are averaged. */
const FACTORS = 256;

function errorsOf<P>({read, dot}: Multiplier<P>) {
  const factors = Float32Array.from({length: FACTORS}, (_, i) => 1 + (i + 0.5) / FACTORS);
  const known = read(factors);
  let [sum, magnitude] = [0, 0];
  for (let i = 0; i < FACTORS; i++) {
    for (let j = 0; j < FACTORS; j++) {
      const error = dot(known, i, known, j, 1) / (factors[i] * factors[j]) - 1;
      sum += error;
      magnitude += Math.abs(error);
    }
  }
  return {mean: sum / FACTORS ** 2, meanMagnitude: magnitude / FACTORS ** 2};
}
