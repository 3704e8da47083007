/** Levels of every group of a tensor, and rounding to them. */
import type {RandomStream} from "../../tensor/random.js";
import {intScales, intZeroPoints} from "../int.js";
import {storedScale} from "../pack.js";
import {roundHalfEven} from "../round.js";
import type {LevelKind, Switches} from "./switches.js";

/** Ends of the range of each group; the lower one is minus the upper one where levels are symmetric. */
export interface Ranges {
  readonly low: Float32Array;
  readonly high: Float32Array;
}

/** Levels of each group. A value of a group is its level times its scale. */
export interface Grid {
  /** As stored; 1 for a group of zeros. */
  readonly scales: Float32Array;
  /** Code of zero in each group, where levels are asymmetric. */
  readonly zeroPoints: Uint8Array | null;
  /** Levels in ascending order by group and code, where they are fitted to values; scales are 1 then. */
  readonly codebooks: Float32Array | null;
}

/** True where levels are whole steps. */
export const hasSteps = (levels: LevelKind): boolean => levels !== "log2" && levels !== "lloyd";

const SCHEMES = {restricted: "symmetric", full: "x2_15", asymmetric: "asym"} as const;

/** Zero and the signed powers of two from 1 down, in ascending order: 2^bits - 1 levels. */
export function powersOfTwo(bits: number): Float32Array {
  const powers = Float32Array.from({length: 2 ** (bits - 1) - 1}, (_, i) => 2 ** -i);
  return Float32Array.from([...powers.map((power) => -power), 0, ...powers.toReversed()]);
}

/** A scale that divides whatever group it is of: 1 where all values are zero. */
const orOne = (scales: Float32Array): Float32Array => scales.map((scale) => (scale === 0 ? 1 : scale));

/** The grid of levels that span ranges. */
export function gridOf({low, high}: Ranges, {bits, levels, shared}: Switches): Grid {
  if (levels === "asymmetric") {
    const {scales, zeroPoints} = intZeroPoints(low, high, {bits, scheme: "asym", ...shared});
    return {scales: orOne(scales), zeroPoints, codebooks: null};
  }
  const scales =
    levels === "restricted" || levels === "full"
      ? intScales(high, {bits, scheme: SCHEMES[levels], ...shared})
      : high.map((most) => storedScale(most, shared.scaleType));
  return {scales: orOne(scales), zeroPoints: null, codebooks: null};
}

/** Index of the largest of `count` ascending levels from `from` on that is at most x, 0 if none is, at most the last but one. */
function levelBelow(levels: Float32Array, from: number, count: number, x: number): number {
  let [low, high] = [0, count - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (levels[from + middle] <= x) low = middle;
    else high = middle;
  }
  return low;
}

/** Draws a number from 0 to 1 for each value that is rounded by chance; null rounds to nearest. */
export type Chance = RandomStream["uniform"] | null;

/** Index of the nearest of ascending levels, of equally near ones the even; by chance the one above or below. */
function levelIndex(levels: Float32Array, from: number, count: number, x: number, chance: Chance): number {
  if (count === 1) return 0;
  const index = levelBelow(levels, from, count, x);
  const [below, above] = [levels[from + index], levels[from + index + 1]];
  const part = above === below ? 0 : (x - below) / (above - below);
  if (chance !== null) return part > chance() ? index + 1 : index;
  return part > 0.5 || (part === 0.5 && index % 2 === 1) ? index + 1 : index;
}

const step = (x: number, chance: Chance): number =>
  chance === null ? roundHalfEven(x) : Math.floor(x + chance());

const between = (x: number, least: number, most: number): number => Math.min(Math.max(x, least), most);

/** A value's code in its group, and a code's value. */
export interface Coder {
  code(x: number, group: number): number;
  value(code: number, group: number): number;
}

function stepCoder({bits, levels}: Switches, {scales, zeroPoints}: Grid, chance: Chance): Coder {
  const half = 2 ** (bits - 1);
  const least = levels === "restricted" ? 1 : 0;
  const most = 2 ** bits - 1;
  const zero = (group: number) => zeroPoints?.[group] ?? half;
  return {
    // Clipped before it is rounded, so that no quotient is beyond what rounding can hold.
    code: (x, group) =>
      zero(group) +
      step(between(Math.fround(x / scales[group]), least - zero(group), most - zero(group)), chance),
    value: (code, group) => Math.fround((code - zero(group)) * scales[group]),
  };
}

function listCoder({bits}: Switches, {scales, codebooks}: Grid, chance: Chance): Coder {
  const count = codebooks === null ? 2 ** bits - 1 : 2 ** bits;
  const levels = codebooks ?? powersOfTwo(bits);
  const from = (group: number) => (codebooks === null ? 0 : group * count);
  return {
    code: (x, group) => levelIndex(levels, from(group), count, Math.fround(x / scales[group]), chance),
    value: (code, group) => Math.fround(levels[from(group) + code] * scales[group]),
  };
}

/** Rounding to the levels of a grid. */
export const coderOf = (switches: Switches, grid: Grid, chance: Chance): Coder =>
  (hasSteps(switches.levels) ? stepCoder : listCoder)(switches, grid, chance);
