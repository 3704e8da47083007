import {requireShare} from "../../tensor/require.js";
import {tokenCount} from "../token-count.js";

/** Options of merging two layers. */
export interface MiniCacheOptions {
  /** Place of the shared direction between the two layers' own: 0 the first, 1 the second. */
  readonly t?: number;
  /** Share of the range of angles, from the largest down, whose rows stay as they are. */
  readonly gamma?: number;
}

/** Two layers' rows after merging; a row is one head of one token. */
export interface MiniCacheMerge {
  /** The shared direction of every row, [rows, dim]; the unit vectors between those of the two layers. */
  readonly directions: Float32Array;
  /** 1 where a row was merged, 0 where both originals are kept, [rows]. */
  readonly merged: Uint8Array;
  readonly first: Float32Array;
  readonly second: Float32Array;
}

/** Below this angle in radians two rows point the same way: there is nothing to interpolate. */
const PARALLEL = 1e-7;

/**
 * Merges the keys or values of two adjacent layers: each pair of rows gets one direction by spherical interpolation and
 * keeps its own two lengths. Pairs that point apart, the angle within `gamma` of the largest, keep both rows; opposite
 * ones always do, since no direction lies between them. (MiniCache, arXiv:2405.14366, section 4)
 * @param x1 [rows, dim] of the shallower layer; x2 of the deeper
 * @throws RangeError if x1 and x2 differ in length, or t or gamma is not from 0 to 1.
 */
export function miniCacheMerge(
  x1: Float32Array,
  x2: Float32Array,
  dim: number,
  {t = 0.5, gamma = 0.05}: MiniCacheOptions = {},
): MiniCacheMerge {
  const pairs = rowPairs("miniCacheMerge", x1, x2, dim, {t, gamma});
  const angles = pairs.map(({angle}) => angle);
  const [least, most] = range(angles);
  const keepFrom = most - (most - least) * gamma;
  const isKept = (angle: number) => (gamma > 0 && angle >= keepFrom) || angle > Math.PI - PARALLEL;
  return mergeRows(
    pairs,
    dim,
    (pair) => slerp(pair, t, true),
    (angle) => !isKept(angle),
  );
}

/**
 * MiniCache as xKV's repository runs it: rows whose angle is within `gamma` of the smallest keep their originals, so the
 * most similar pairs are kept and the others merged; parallel rows get their mean, which is then scaled by their
 * lengths once more; opposite rows blow up, and a row of zeros gives NaN.
 * @throws RangeError as {@link miniCacheMerge}.
 */
export function miniCacheMergeReleased(
  x1: Float32Array,
  x2: Float32Array,
  dim: number,
  {t = 0.5, gamma = 0.05}: MiniCacheOptions = {},
): MiniCacheMerge {
  const pairs = rowPairs("miniCacheMergeReleased", x1, x2, dim, {t, gamma});
  const angles = pairs.map(({angle}) => angle);
  const [least, most] = range(angles);
  const threshold = least + (most - least) * gamma;
  return mergeRows(
    pairs,
    dim,
    (pair) => slerp(pair, t, false),
    (angle) => angle > threshold,
  );
}

interface RowPair {
  readonly a: Float32Array;
  readonly b: Float32Array;
  readonly lengths: readonly [number, number];
  readonly angle: number;
}

function rowPairs(
  where: string,
  x1: Float32Array,
  x2: Float32Array,
  dim: number,
  options: Required<MiniCacheOptions>,
): RowPair[] {
  const rows = tokenCount(where, x1, dim);
  if (x2.length !== x1.length) {
    throw new RangeError(`${where}: x2 must have the ${x1.length} values of x1, got ${x2.length}`);
  }
  for (const [name, value] of Object.entries(options)) {
    requireShare(where, name, value);
  }
  return Array.from({length: rows}, (_, row) => {
    const [a, b] = [x1, x2].map((x) => x.subarray(row * dim, (row + 1) * dim));
    const lengths = [length(a), length(b)] as const;
    const dot = a.reduce((sum, value, i) => sum + value * b[i], 0);
    const cosine = lengths[0] === 0 || lengths[1] === 0 ? 1 : dot / (lengths[0] * lengths[1]);
    return {a, b, lengths, angle: Math.acos(Math.min(1, Math.max(-1, cosine)))};
  });
}

function length(x: Float32Array): number {
  return Math.sqrt(x.reduce((sum, value) => sum + value * value, 0));
}

function range(angles: readonly number[]): [number, number] {
  return angles.reduce<[number, number]>(
    ([least, most], angle) => [Math.min(least, angle), Math.max(most, angle)],
    [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
  );
}

/** (sin((1 - t) angle) a/|a| + sin(t angle) b/|b|) / sin(angle) */
function slerp({a, b, lengths, angle}: RowPair, t: number, isMended: boolean): Float32Array {
  const mix = (p: number, q: number) => a.map((value, i) => p * value + q * b[i]);
  if (angle < PARALLEL) {
    if (!isMended) return mix(0.5, 0.5);
    const [x, size] = lengths[0] >= lengths[1] ? [a, lengths[0]] : [b, lengths[1]];
    return size === 0 ? x.slice() : x.map((value) => value / size);
  }
  const sine = Math.sin(angle);
  return mix(Math.sin((1 - t) * angle) / sine / lengths[0], Math.sin(t * angle) / sine / lengths[1]);
}

function mergeRows(
  pairs: readonly RowPair[],
  dim: number,
  direction: (pair: RowPair) => Float32Array,
  isMerged: (angle: number) => boolean,
): MiniCacheMerge {
  const [directions, first, second] = Array.from({length: 3}, () => new Float32Array(pairs.length * dim));
  const merged = new Uint8Array(pairs.length);
  pairs.forEach((pair, row) => {
    const shared = direction(pair);
    directions.set(shared, row * dim);
    merged[row] = isMerged(pair.angle) ? 1 : 0;
    first.set(merged[row] ? shared.map((value) => value * pair.lengths[0]) : pair.a, row * dim);
    second.set(merged[row] ? shared.map((value) => value * pair.lengths[1]) : pair.b, row * dim);
  });
  return {directions: directions, merged, first: first, second: second};
}

/** Numbers kept for a merged pair of layers, of keys or of values: directions, two lengths a row, and kept rows twice. */
export function miniCacheElements({merged, directions}: MiniCacheMerge): number {
  const rows = merged.length;
  const kept = rows - merged.reduce((sum, value) => sum + value, 0);
  return directions.length + 2 * rows + 2 * kept * (rows === 0 ? 0 : directions.length / rows);
}
