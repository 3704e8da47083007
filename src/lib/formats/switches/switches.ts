/**
 * The decisions that make a quantizer, as switches that can be set independently. (A Survey of Quantization Methods for
 * Efficient Neural Network Inference, arXiv 2103.13630, section 3)
 */
import {requireFraction, requireInteger} from "../../tensor/require.js";
import {type SharedScale, sharedScale} from "../scaled.js";

/**
 * Levels that a value may take, for n bits:
 * - `restricted`: whole steps -(2^(n-1) - 1) … 2^(n-1) - 1, step max|r| / (2^(n-1) - 1);
 * - `full`: whole steps -2^(n-1) … 2^(n-1) - 1, step 2 max|r| / (2^n - 1);
 * - `asymmetric`: whole steps from the least value to the largest, one of them zero, step (max - min) / (2^n - 1);
 * - `log2`: zero and ± max|r| times powers of two;
 * - `lloyd`: the levels of least squared error for these values (Lloyd-Max, k-means of numbers).
 */
export const LEVEL_KINDS = ["restricted", "full", "asymmetric", "log2", "lloyd"] as const;

/** Kind of the levels. */
export type LevelKind = (typeof LEVEL_KINDS)[number];

/**
 * Choice of the range that the levels span:
 * - `minmax`: all values;
 * - `percentile`: a share of the values, the rest is clipped;
 * - `mse`: the share of that range with the least squared error;
 * - `entropy`: the share of that range that changes the distribution least (KL divergence of histograms).
 */
export const RANGE_RULES = ["minmax", "percentile", "mse", "entropy"] as const;

/** Rule of the range. */
export type RangeRule = (typeof RANGE_RULES)[number];

/** Rounding to a level: the nearest, ties to the even code; or above or below by chance, so that the mean stays. */
export const LEVEL_ROUNDINGS = ["nearest", "stochastic"] as const;

/** Rounding to a level. */
export type LevelRounding = (typeof LEVEL_ROUNDINGS)[number];

/** All switches of a quantizer. */
export interface Switches {
  /** Bits of a code: 2 to 8, and 1 where levels are those of Lloyd and Max. */
  readonly bits: number;
  readonly levels: LevelKind;
  readonly range: RangeRule;
  readonly rounding: LevelRounding;
  /** Values that share a scale, and the type of its number. */
  readonly shared: SharedScale;
  /** Share of the values that a percentile keeps, at each end. */
  readonly percentile: number;
  /** Seed of stochastic rounding. */
  readonly seed: number;
}

/** Switches that a caller may set; the others are as {@link DEFAULT_SWITCHES} has them. */
export interface SwitchOptions extends Partial<Omit<Switches, "shared">>, Partial<SharedScale> {}

/** The plainest quantizer: symmetric steps over all of the range, one scale for a tensor. */
export const DEFAULT_SWITCHES = {
  bits: 4,
  levels: "restricted",
  range: "minmax",
  rounding: "nearest",
  granularity: "tensor",
  percentile: 0.999,
  seed: 0,
} as const satisfies SwitchOptions;

function requireOneOf(name: string, allowed: readonly string[], value: string): void {
  if (allowed.includes(value)) return;
  throw new RangeError(`switches: ${name} must be one of ${allowed.join(", ")}, got ${value}`);
}

/**
 * Fills in the switches that are not set.
 * @throws RangeError if one is out of its range.
 */
export function switchesOf(options: SwitchOptions = {}): Switches {
  const {bits, levels, range, rounding, percentile, seed} = {...DEFAULT_SWITCHES, ...options};
  requireOneOf("levels", LEVEL_KINDS, levels);
  requireOneOf("range", RANGE_RULES, range);
  requireOneOf("rounding", LEVEL_ROUNDINGS, rounding);
  requireInteger("switches", "bits", bits, levels === "lloyd" ? 1 : 2, 8);
  requireFraction("switches", "percentile", percentile);
  const shared = sharedScale("switches", {granularity: DEFAULT_SWITCHES.granularity, ...options});
  return {bits, levels, range, rounding, shared, percentile, seed};
}
