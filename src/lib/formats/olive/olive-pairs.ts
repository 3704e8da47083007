import {countBelow} from "../codebook/codebook.js";
import {normalValue, type OliveGrid, outlierValue, victimCode} from "./olive-grid.js";

/** Values that lie next to each other: `count` of them from `start` on. */
export interface Run {
  readonly start: number;
  readonly count: number;
}

/**
 * Place among the magnitudes of the one nearest to `x`. A tie goes to the value that is listed later, where normal values
 * stand in ascending order and outliers after them: 2 becomes 4, -2 becomes 0, ±38 becomes ±48.
 */
export function nearestPlace({midpoints, thresholds, lastNormal}: OliveGrid, x: number): number {
  const magnitude = Math.abs(x);
  const place = countBelow(thresholds, magnitude);
  if (midpoints[place] !== magnitude) return place;
  return x > 0 || place === lastNormal ? place + 1 : place;
}

/** The squared error of a run whose pairs share their codes; stops where it exceeds `limit`. */
export function pairError(grid: OliveGrid, x: Float32Array, run: Run, scale: number, limit: number): number {
  const {magnitudes, lastNormal} = grid;
  const end = run.start + run.count;
  let error = 0;
  for (let i = run.start; i < end && error <= limit; i += 2) {
    const left = x[i];
    const leftPlace = nearestPlace(grid, Math.fround(left / scale));
    if (i + 1 === end) return error + difference(left, magnitudes[Math.min(leftPlace, lastNormal)], scale);
    const right = x[i + 1];
    const rightPlace = nearestPlace(grid, Math.fround(right / scale));
    if (leftPlace > lastNormal) error += difference(left, magnitudes[leftPlace], scale) + right * right;
    else if (rightPlace > lastNormal) error += left * left + difference(right, magnitudes[rightPlace], scale);
    else {
      error += difference(left, magnitudes[leftPlace], scale);
      error += difference(right, magnitudes[rightPlace], scale);
    }
  }
  return error;
}

/** A value keeps its sign, so that magnitudes decide about its error. */
function difference(x: number, magnitude: number, scale: number): number {
  const error = Math.abs(x) - Math.fround(magnitude * scale);
  return error * error;
}

/**
 * Writes the codes of a run of pairs. An outlier takes the place of its neighbour, which becomes 0: the right one's if the
 * left one is an outlier, else the left one's. A last value without a partner cannot say that it is an outlier, and is cut
 * to the largest normal value.
 */
export function writePairs(
  grid: OliveGrid,
  x: Float32Array,
  run: Run,
  scale: number,
  codes: Uint8Array,
): void {
  const end = run.start + run.count;
  for (let i = run.start; i < end; i += 2) {
    const left = codeOf(grid, x[i], scale);
    const right = i + 1 < end ? codeOf(grid, x[i + 1], scale) : null;
    if (right === null) codes[i] = left.isOutlier ? cut(grid, x[i]) : left.code;
    else if (left.isOutlier) codes.set([left.code, victimCode(grid.bits)], i);
    else if (right.isOutlier) codes.set([victimCode(grid.bits), right.code], i);
    else codes.set([left.code, right.code], i);
  }
}

function codeOf(grid: OliveGrid, x: number, scale: number) {
  const {bits, lastNormal} = grid;
  const place = nearestPlace(grid, Math.fround(x / scale));
  const isOutlier = place > lastNormal;
  const code = isOutlier ? place - lastNormal + (x < 0 ? victimCode(bits) : 0) : signed(bits, place, x);
  return {isOutlier, code};
}

/** Normal codes are two's complement. */
const signed = (bits: number, place: number, x: number): number => (x < 0 ? -place & (2 ** bits - 1) : place);

const cut = ({bits, lastNormal}: OliveGrid, x: number): number => signed(bits, lastNormal, x);

/** The values before the scale that a run of codes stands for. */
export function readPairs(grid: OliveGrid, codes: Uint8Array, run: Run, values: Float32Array): void {
  const victim = victimCode(grid.bits);
  const end = run.start + run.count;
  for (let i = run.start; i < end; i += 2) {
    const hasPartner = i + 1 < end;
    const readLeft = hasPartner && codes[i + 1] === victim ? outlierValue : normalValue;
    values[i] = readLeft(grid, codes[i]);
    if (hasPartner) values[i + 1] = (codes[i] === victim ? outlierValue : normalValue)(grid, codes[i + 1]);
  }
}
