import {type Nearest, nearestPoints, type PointTree, pointTree} from "./point-tree.js";

/** Distances between two sets of points, by the names of their definitions. */
export interface PointSetDistances {
  /** Mean squared distance to the nearest point, both directions added. */
  readonly chamferSquared: number;
  /** Half the sum of both directions' mean distance to the nearest point. */
  readonly chamfer: number;
  /** The largest distance to the nearest point, in either direction. */
  readonly hausdorff: number;
  /** The largest distance of a reference point to its nearest predicted one. */
  readonly hausdorffFromReference: number;
  /** The largest distance of a predicted point to its nearest reference point. */
  readonly hausdorffFromPredicted: number;
  /** Harmonic mean of the shares of both sets that lie within the threshold of the other. */
  readonly fScore: number;
}

/** Nearest points between two sets, in both directions. */
export interface Matched {
  /** For each reference point the nearest predicted one. */
  readonly fromReference: Nearest;
  /** For each predicted point the nearest reference point. */
  readonly fromPredicted: Nearest;
}

/** A set of points with its tree, which is built once however often the set is compared. */
export interface PointSet {
  readonly points: ArrayLike<number>;
  readonly tree: PointTree;
}

/** Makes a set of points ready. @throws RangeError if there is no point. */
export const pointSet = (points: ArrayLike<number>): PointSet => ({points, tree: pointTree(points)});

/** Matches each point of two sets with the nearest of the other. */
export function matched(reference: PointSet, predicted: PointSet): Matched {
  return {
    fromReference: nearestPoints(predicted.tree, reference.points),
    fromPredicted: nearestPoints(reference.tree, predicted.points),
  };
}

/**
 * The three Chamfer distances that are in use, and the F-score at a threshold. (Fan and others, arXiv:1612.00603;
 * F-score: Knapitsch and others, doi.org/10.1145/3072959.3073599)
 * @param threshold largest distance at which a point counts as met
 */
export function distancesOf({fromReference, fromPredicted}: Matched, threshold: number): PointSetDistances {
  const [a, b] = [oneWay(fromReference.squared, threshold), oneWay(fromPredicted.squared, threshold)];
  const sum = a.within + b.within;
  return {
    chamferSquared: a.meanSquared + b.meanSquared,
    chamfer: (a.mean + b.mean) / 2,
    hausdorff: Math.max(a.largest, b.largest),
    hausdorffFromReference: a.largest,
    hausdorffFromPredicted: b.largest,
    fScore: sum === 0 ? 0 : (2 * a.within * b.within) / sum,
  };
}

/** {@link distancesOf} of two lists of points, three coordinates each. @throws RangeError if one is empty. */
export function pointSetDistances(
  reference: ArrayLike<number>,
  predicted: ArrayLike<number>,
  threshold: number,
): PointSetDistances {
  return distancesOf(matched(pointSet(reference), pointSet(predicted)), threshold);
}

function oneWay(squared: Float64Array, threshold: number) {
  let [sum, sumSquared, largest, within] = [0, 0, 0, 0];
  for (const value of squared) {
    const distance = Math.sqrt(value);
    sum += distance;
    sumSquared += value;
    largest = Math.max(largest, distance);
    if (distance <= threshold) within++;
  }
  const n = squared.length;
  return {mean: sum / n, meanSquared: sumSquared / n, largest, within: within / n};
}
