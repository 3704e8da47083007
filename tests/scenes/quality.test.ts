import {expect, test} from "vitest";
import type {Mesh} from "../../src/lib/scenes/mesh.js";
import {COMPARING, qualityOf, referenceOf} from "../../src/lib/scenes/quality.js";
import {silhouetteOf, VIEWS} from "../../src/lib/scenes/silhouette.js";
import {sampleSurface} from "../../src/lib/scenes/surface.js";
import {randomStream} from "../../src/lib/tensor/random.js";

/** A box around the origin with these edges. */
function box(x: number, y: number, z: number): Mesh {
  const positions = Float32Array.from(
    Array.from({length: 8}, (_, i) => [(i & 1) - 0.5, ((i >> 1) & 1) - 0.5, (i >> 2) - 0.5]).flat(),
    (value, i) => value * [x, y, z][i % 3],
  );
  const faces = [0, 2, 3, 1, 4, 5, 7, 6, 0, 1, 5, 4, 2, 6, 7, 3, 0, 4, 6, 2, 1, 3, 7, 5];
  const triangles = Array.from({length: 6}, (_, f) => {
    const [a, b, c, d] = faces.slice(4 * f, 4 * f + 4);
    return [a, b, c, a, c, d];
  });
  return {positions, triangles: Uint32Array.from(triangles.flat())};
}

const comparing = {...COMPARING, points: 2000};

test("an original is as near to itself as two samples of one surface are", () => {
  const cube = box(1, 1, 1);
  const {chamfer, fScore, normalConsistency, silhouetteIou} = qualityOf(referenceOf(cube, comparing), cube);
  expect(chamfer).toBeLessThan(0.035);
  expect(fScore).toBeGreaterThan(0.2);
  expect(normalConsistency).toBeGreaterThan(0.94);
  expect(silhouetteIou).toBe(1);
});

test("a shape that differs more is further away by every measure", () => {
  const reference = referenceOf(box(1, 1, 1), comparing);
  const all = [1, 0.8, 0.5, 0.25].map((edge) => qualityOf(reference, box(1, 1, edge)));
  for (const [i, worse] of all.slice(1).entries()) {
    expect(worse.chamfer).toBeGreaterThan(all[i].chamfer);
    expect(worse.chamferSquared).toBeGreaterThan(all[i].chamferSquared);
    expect(worse.hausdorff).toBeGreaterThan(all[i].hausdorff);
    expect(worse.silhouetteIou).toBeLessThan(all[i].silhouetteIou);
  }
});

test("size and place of a model do not matter, only its shape", () => {
  const moved = (mesh: Mesh) => ({...mesh, positions: mesh.positions.map((value) => 100 * value + 7)});
  const [a, b] = [box(1, 1, 1), box(1, 1, 0.8)];
  const near = qualityOf(referenceOf(a, comparing), b);
  const far = qualityOf(referenceOf(moved(a), comparing), moved(b));
  expect(far.chamfer).toBeCloseTo(near.chamfer, 3);
});

test("points of a sample lie on the surface, evenly", () => {
  const {points, normals} = sampleSurface(box(1, 1, 1), 6000, randomStream(1));
  let top = 0;
  for (let i = 0; i < points.length; i += 3) {
    const on = Math.max(Math.abs(points[i]), Math.abs(points[i + 1]), Math.abs(points[i + 2]));
    expect(on).toBeCloseTo(0.5, 6);
    if (normals[i + 2] > 0.5) top++;
  }
  expect(Math.abs(top - 1000)).toBeLessThanOrEqual(1);
});

test("a triangle covers the pixels whose centres it covers", () => {
  const triangle: Mesh = {
    positions: Float32Array.from([-0.75, -0.75, 0, 0.75, -0.75, 0, -0.75, 0.75, 0]),
    triangles: Uint32Array.from([0, 1, 2]),
  };
  const {pixels} = silhouetteOf(triangle, VIEWS[0], 4);
  expect(Array.from(pixels).reduce((sum, pixel) => sum + pixel, 0)).toBe(10);
  expect(Array.from(pixels.subarray(0, 4))).toEqual([1, 1, 1, 1]);
  expect(Array.from(pixels.subarray(12))).toEqual([1, 0, 0, 0]);
});

test("a mesh without a triangle has no surface", () => {
  const points: Mesh = {positions: Float32Array.of(0, 0, 0), triangles: new Uint32Array(0)};
  expect(() => sampleSurface(points, 10, randomStream(0))).toThrow("mesh must have a triangle");
});
