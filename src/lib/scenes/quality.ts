import {mean} from "../stats/moments.js";
import {randomStream} from "../tensor/random.js";
import {distancesOf, matched, type PointSet, type PointSetDistances, pointSet} from "./distances.js";
import {inUnitBox, type Mesh, type UnitBox, unitBoxOf} from "./mesh.js";
import type {Nearest} from "./point-tree.js";
import {intersectionOverUnion, type Silhouette, silhouetteOf, VIEWS} from "./silhouette.js";
import {sampleSurface} from "./surface.js";

/** Similarity of a reconstruction and its original. Lengths are in units of the original's largest edge. */
export interface MeshQuality extends PointSetDistances {
  /** Mean cosine, without its sign, between the normals of points and of their nearest ones, of both directions. */
  readonly normalConsistency: number;
  /** Mean over the views of pixels that both cover, over those that either covers. */
  readonly silhouetteIou: number;
}

/** Settings of a comparison. */
export interface Comparing {
  /** Points on each surface. */
  readonly points: number;
  /** Of the points. */
  readonly seed: number;
  /** Distance within which the F-score counts a point as met, in largest edges. */
  readonly threshold: number;
  /** Pixels on each side of a silhouette. */
  readonly resolution: number;
}

/** Settings of all experiments unless they say so. */
export const COMPARING: Comparing = {points: 10_000, seed: 0, threshold: 0.02, resolution: 64};

/** An original made ready for comparisons with many reconstructions. */
export interface Reference extends Sampled {
  readonly box: UnitBox;
  readonly comparing: Comparing;
}

interface Sampled {
  readonly set: PointSet;
  readonly normals: Float32Array;
  readonly silhouettes: readonly Silhouette[];
}

/**
 * Makes an original ready: its points, their tree and its silhouettes, in its own unit box.
 * @throws RangeError if it has no triangle or a coordinate that is not finite.
 */
export function referenceOf(mesh: Mesh, comparing: Comparing = COMPARING): Reference {
  const box = unitBoxOf(mesh);
  return {...sampled(inUnitBox(mesh, box), comparing, "reference"), box, comparing};
}

/**
 * Compares a reconstruction with its original. Two samples of one surface are not at distance 0: the quality of the
 * original itself is the floor. @throws RangeError as {@link referenceOf}.
 */
export function qualityOf(reference: Reference, mesh: Mesh): MeshQuality {
  const {box, comparing} = reference;
  const predicted = sampled(inUnitBox(mesh, box), comparing, "predicted");
  const pairs = matched(reference.set, predicted.set);
  const {fromReference, fromPredicted} = pairs;
  return {
    ...distancesOf(pairs, comparing.threshold),
    normalConsistency:
      (meanCosine(reference.normals, predicted.normals, fromReference) +
        meanCosine(predicted.normals, reference.normals, fromPredicted)) /
      2,
    silhouetteIou: mean(
      reference.silhouettes.map((silhouette, i) =>
        intersectionOverUnion(silhouette, predicted.silhouettes[i]),
      ),
    ),
  };
}

function sampled(mesh: Mesh, {points, seed, resolution}: Comparing, label: string): Sampled {
  const surface = sampleSurface(mesh, points, randomStream(seed, label));
  return {
    set: pointSet(surface.points),
    normals: surface.normals,
    silhouettes: VIEWS.map((view) => silhouetteOf(mesh, view, resolution)),
  };
}

function meanCosine(from: Float32Array, to: Float32Array, {index}: Nearest): number {
  let sum = 0;
  for (let i = 0; i < index.length; i++) {
    const [a, b] = [3 * i, 3 * index[i]];
    sum += Math.abs(from[a] * to[b] + from[a + 1] * to[b + 1] + from[a + 2] * to[b + 2]);
  }
  return sum / index.length;
}
