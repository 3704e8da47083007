import type {RandomStream} from "../tensor/random.js";
import {requireInteger} from "../tensor/require.js";
import type {Mesh} from "./mesh.js";

/** Points on the surface of a mesh. */
export interface SurfacePoints {
  /** Three coordinates a point. */
  readonly points: Float32Array;
  /** The unit normal of the triangle that each point lies on. */
  readonly normals: Float32Array;
}

/** Normals of unit length and areas of all triangles; those without an area have no direction (0, 0, 0). */
function facets({positions, triangles}: Mesh) {
  const count = triangles.length / 3;
  const [normals, areas] = [new Float32Array(3 * count), new Float64Array(count)];
  for (let t = 0; t < count; t++) {
    const a = 3 * triangles[3 * t];
    const b = 3 * triangles[3 * t + 1];
    const c = 3 * triangles[3 * t + 2];
    const ux = positions[b] - positions[a];
    const uy = positions[b + 1] - positions[a + 1];
    const uz = positions[b + 2] - positions[a + 2];
    const vx = positions[c] - positions[a];
    const vy = positions[c + 1] - positions[a + 1];
    const vz = positions[c + 2] - positions[a + 2];
    const x = uy * vz - uz * vy;
    const y = uz * vx - ux * vz;
    const z = ux * vy - uy * vx;
    const length = Math.sqrt(x * x + y * y + z * z);
    areas[t] = length / 2;
    if (length === 0) continue;
    normals[3 * t] = x / length;
    normals[3 * t + 1] = y / length;
    normals[3 * t + 2] = z / length;
  }
  return {normals, areas};
}

/**
 * Points spread evenly over the surface of a mesh: one in each of `count` equal shares of its area, so that two samples of
 * one surface differ less than independent points would. A mesh without any area is sampled triangle by triangle.
 * @throws RangeError if the mesh has no triangle or count is no integer of at least 1.
 */
export function sampleSurface(mesh: Mesh, count: number, stream: RandomStream): SurfacePoints {
  requireInteger("sampleSurface", "count", count, 1);
  const {positions, triangles} = mesh;
  if (triangles.length === 0) throw new RangeError("sampleSurface: mesh must have a triangle, got none");
  const {normals: facetNormals, areas} = facets(mesh);
  const total = areas.reduce((sum, area) => sum + area, 0);
  const shares = total > 0 ? areas.map((area) => area / total) : areas.fill(1 / areas.length);
  const [points, normals] = [new Float32Array(3 * count), new Float32Array(3 * count)];
  let [t, covered] = [0, shares[0]];
  for (let i = 0; i < count; i++) {
    const at = (i + stream.uniform()) / count;
    while (covered < at && t < areas.length - 1) covered += shares[++t];
    // Uniform in the triangle. (Turk, Graphics Gems, 1990)
    const root = Math.sqrt(stream.uniform());
    const along = stream.uniform();
    const b = root * (1 - along);
    const c = root * along;
    const [first, second, third] = [3 * triangles[3 * t], 3 * triangles[3 * t + 1], 3 * triangles[3 * t + 2]];
    for (let axis = 0; axis < 3; axis++) {
      points[3 * i + axis] =
        (1 - root) * positions[first + axis] + b * positions[second + axis] + c * positions[third + axis];
      normals[3 * i + axis] = facetNormals[3 * t + axis];
    }
  }
  return {points, normals};
}
