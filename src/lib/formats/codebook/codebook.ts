import type {Rounding} from "../round.js";

/** The rules for a number midway between two levels that make sense where the levels are no grid. */
export type TieRule = Exclude<Rounding, "toward-zero" | "magic">;

/**
 * Ascending numbers, made ready for counting how many are below another: a line of equal cells over their range
 * holds the count at the start of each cell, and few cells hold a threshold to step over.
 */
export interface Thresholds {
  /** With infinity, which no number is above, as its end. */
  readonly sorted: Float32Array;
  /** A power of two, so that a float32 number times it is exact. */
  readonly cellsPerUnit: number;
  /** Start of cell 0, in cells. */
  readonly firstCell: number;
  /** Number of thresholds below the start of each cell. */
  readonly below: Uint16Array;
}

/** Number of cells: enough that a number seldom shares its own with a threshold, as a branch that is seldom taken costs nothing. */
export const THRESHOLD_CELLS = 512;

/** Prepares at most 65,535 ascending float32 numbers for {@link countBelow}. */
export function makeThresholds(ascending: Float32Array): Thresholds {
  const [first = 0] = ascending;
  const last = ascending.at(-1) ?? 0;
  const cellsPerUnit = 2 ** Math.floor(Math.log2((THRESHOLD_CELLS - 2) / Math.max(last - first, 2 ** -149)));
  const firstCell = Math.floor(first * cellsPerUnit);
  const below = new Uint16Array(THRESHOLD_CELLS);
  for (let cell = 0, count = 0; cell < THRESHOLD_CELLS; cell++) {
    const start = (firstCell + cell) / cellsPerUnit;
    while (count < ascending.length && ascending[count] < start) count++;
    below[cell] = count;
  }
  return {sorted: Float32Array.of(...ascending, Number.POSITIVE_INFINITY), cellsPerUnit, firstCell, below};
}

/** Number of thresholds below `x`, a float32 number; 0 for NaN. */
export function countBelow({sorted, cellsPerUnit, firstCell, below}: Thresholds, x: number): number {
  const cell = Math.floor(x * cellsPerUnit) - firstCell;
  let count = below[Math.min(Math.max(cell, 0), THRESHOLD_CELLS - 1) | 0];
  while (x > sorted[count]) count++;
  return count;
}

/**
 * A codebook in ascending order: `levels[i]` is the value of code `codes[i]`, `midpoints[i]` (rounded to
 * float32) lies between levels i and i + 1.
 */
export interface SortedCodebook {
  readonly levels: Float32Array;
  readonly codes: Uint16Array;
  readonly midpoints: Float32Array;
  /** The midpoints again. */
  readonly thresholds: Thresholds;
}

/**
 * Sorts the finite values of a codebook (index = code). Of codes with the same value the lowest is kept, so
 * a negative zero beside a zero disappears.
 * @throws RangeError if there is no finite value.
 */
export function sortCodebook(values: readonly number[]): SortedCodebook {
  const byValue = new Map<number, number>();
  values.forEach((value, code) => {
    // -0 and 0 are one key of a Map.
    if (Number.isFinite(value) && !byValue.has(value)) byValue.set(value, code);
  });
  if (byValue.size === 0) throw new RangeError("sortCodebook: values must hold a finite number, got none");
  const entries = [...byValue].sort(([a], [b]) => a - b);
  const levels = Float32Array.from(entries, ([value]) => value);
  const midpoints = Float32Array.from(levels.subarray(1), (level, i) => (levels[i] + level) / 2);
  const codes = Uint16Array.from(entries, ([, code]) => code);
  return {levels, codes, midpoints, thresholds: makeThresholds(midpoints)};
}

/** True if a number at the midpoint of levels `index` and `index + 1` takes the upper one. */
function tieGoesUp({midpoints, codes}: SortedCodebook, index: number, ties: TieRule): boolean {
  switch (ties) {
    case "half-down":
      return false;
    case "half-up":
      return true;
    case "half-away":
      return midpoints[index] > 0;
    case "half-to-zero":
      return midpoints[index] < 0;
    case "half-even":
      return (codes[index] & 1) === 1;
  }
}

/**
 * The index into `codebook.levels` of the level nearest to `x`, a float32 number; `ties` as in `Rounding`, where
 * `half-even` means the even code. Infinities take the outermost level. NaN is the caller's to catch.
 */
export function nearestIndex(codebook: SortedCodebook, x: number, ties: TieRule = "half-down"): number {
  const index = countBelow(codebook.thresholds, x);
  const isTie = index < codebook.midpoints.length && codebook.midpoints[index] === x;
  return isTie && tieGoesUp(codebook, index, ties) ? index + 1 : index;
}

/** The codes of the levels nearest to `x`; see `nearestIndex`. */
export function nearestCodes(
  codebook: SortedCodebook,
  x: Float32Array,
  ties: TieRule = "half-down",
): Uint16Array {
  const codes = new Uint16Array(x.length);
  for (let i = 0; i < codes.length; i++) codes[i] = codebook.codes[nearestIndex(codebook, x[i], ties)];
  return codes;
}
