import type {Mesh} from "../../../lib/scenes/mesh.js";

/** Directions from which a mesh is seen: turned around the upright axis, then tipped, in radians. */
export interface Turn {
  readonly around: number;
  readonly tip: number;
}

/** A picture of a mesh, seen from far away. */
export interface Shot {
  readonly mesh: Mesh;
  readonly turn: Turn;
  /** Colour of a face that looks at the light, red, green and blue from 0 to 1. */
  readonly colour: readonly [number, number, number];
  /** Pixels on each side. */
  readonly size: number;
}

/** Columns of the rotation of a direction: first around the upright axis, then tipped towards the reader. */
export function rotation({around, tip}: Turn): Float32Array {
  const [c, s, d, t] = [Math.cos(around), Math.sin(around), Math.cos(tip), Math.sin(tip)];
  return Float32Array.of(c, s * t, -s * d, 0, d, t, s, -c * t, c * d);
}

/** Corners and normals of all triangles, each triangle by itself: faces are flat. */
export function facesOf({positions, triangles}: Mesh): {
  readonly corners: Float32Array;
  readonly normals: Float32Array;
} {
  const corners = new Float32Array(3 * triangles.length);
  const normals = new Float32Array(3 * triangles.length);
  for (let i = 0; i < triangles.length; i++) {
    for (let axis = 0; axis < 3; axis++) corners[3 * i + axis] = positions[3 * triangles[i] + axis];
  }
  for (let t = 0; t < corners.length; t += 9) {
    const u = [0, 1, 2].map((axis) => corners[t + 3 + axis] - corners[t + axis]);
    const v = [0, 1, 2].map((axis) => corners[t + 6 + axis] - corners[t + axis]);
    const normal = [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]];
    const length = Math.hypot(normal[0], normal[1], normal[2]) || 1;
    for (let k = 0; k < 9; k++) normals[t + k] = normal[k % 3] / length;
  }
  return {corners, normals};
}
