/** Thresholds of float32 numbers, as kernels compare with them. */
import {makeThresholds, THRESHOLD_CELLS} from "../../formats/codebook/codebook.js";

/** The float32 number just below a positive one. */
export function floatBelow(x: number): number {
  const value = Float32Array.of(x);
  new Int32Array(value.buffer)[0] -= 1;
  return value[0];
}

/** The largest float32 number that is not above a number of at least 0: float32 numbers are above both or above none. */
export function floatAtMost(x: number): number {
  const near = Math.fround(x);
  return near > x ? floatBelow(near) : near;
}

/** Bits of infinity: a finite float32 number of at least 0 has less. */
const INFINITE = 0x7f800000;

/** The largest finite float32 number for which something holds that holds for no number above another one; -infinity if none. */
export function lastBelow(holds: (x: number) => boolean): number {
  const value = new Float32Array(1);
  const bits = new Uint32Array(value.buffer);
  // Places of all finite numbers in ascending order, that of 0 being 0.
  const numberAt = (place: number): number => {
    bits[0] = Math.abs(place);
    return place < 0 ? -value[0] : value[0];
  };
  let [low, high] = [-INFINITE, INFINITE];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (holds(numberAt(middle))) low = middle;
    else high = middle;
  }
  return numberAt(low);
}

/** Bytes before the thresholds: cells per unit, the first cell. */
const HEAD = 8;

/**
 * Ascending thresholds as the kernels count them: the cells of {@link makeThresholds} before them. Where `isUpper` is true of
 * a place, a number at that threshold counts as above it.
 */
export function thresholdBytes(ascending: Float32Array, isUpper: (place: number) => boolean): Uint8Array {
  const moved = ascending.map((threshold, place) => (isUpper(place) ? floatBelow(threshold) : threshold));
  const {sorted, cellsPerUnit, firstCell, below} = makeThresholds(moved);
  const bytes = new Uint8Array(HEAD + below.byteLength + sorted.byteLength);
  new Float32Array(bytes.buffer, 0, 1)[0] = cellsPerUnit;
  new Int32Array(bytes.buffer, 4, 1)[0] = firstCell;
  new Uint16Array(bytes.buffer, HEAD, below.length).set(below);
  new Float32Array(bytes.buffer, HEAD + below.byteLength).set(sorted);
  return bytes;
}

/** The most bytes that so many thresholds take. */
export const thresholdRoom = (count: number): number => HEAD + 2 * THRESHOLD_CELLS + 4 * (count + 1);
