import type {Rounding} from "./round.js";

/** The rules for a number midway between two levels that make sense where the levels are no grid. */
export type TieRule = Exclude<Rounding, "toward-zero" | "magic">;

/**
 * A codebook in ascending order: `levels[i]` is the value of code `codes[i]`, `midpoints[i]` (rounded to
 * float32) lies between levels i and i + 1.
 */
export interface SortedCodebook {
  readonly levels: Float32Array;
  readonly codes: Uint16Array;
  readonly midpoints: Float32Array;
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
  const midpoints = Float32Array.from(levels.subarray(1), (level, i) => (levels[i]! + level) / 2);
  return {levels, codes: Uint16Array.from(entries, ([, code]) => code), midpoints};
}

/** Whether a number at the midpoint of levels `index` and `index + 1` takes the upper one. */
function tieGoesUp({midpoints, codes}: SortedCodebook, index: number, ties: TieRule): boolean {
  switch (ties) {
    case "half-down":
      return false;
    case "half-up":
      return true;
    case "half-away":
      return midpoints[index]! > 0;
    case "half-to-zero":
      return midpoints[index]! < 0;
    case "half-even":
      return (codes[index]! & 1) === 1;
  }
}

/**
 * The index into `book.levels` of the level nearest to `x`, a float32 number; `ties` as in `Rounding`, where
 * `half-even` means the even code. Infinities take the outermost level. NaN is the caller's to catch.
 */
export function nearestIndex(book: SortedCodebook, x: number, ties: TieRule = "half-down"): number {
  const {midpoints} = book;
  let low = 0;
  let high = midpoints.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (midpoints[middle]! < x) low = middle + 1;
    else high = middle;
  }
  return midpoints[low] === x && tieGoesUp(book, low, ties) ? low + 1 : low;
}

/** The codes of the levels nearest to `x`; see `nearestIndex`. */
export function nearestCodes(
  book: SortedCodebook,
  x: Float32Array,
  ties: TieRule = "half-down",
): Uint16Array {
  const codes = new Uint16Array(x.length);
  for (let i = 0; i < codes.length; i++) codes[i] = book.codes[nearestIndex(book, x[i]!, ties)]!;
  return codes;
}
