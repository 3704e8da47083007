import type {Mesh} from "./mesh.js";

/** Six directions to look from, no two opposite, since those see the same outline: the axes and three diagonals. */
export const VIEWS: readonly View[] = [
  {name: "front", right: [1, 0, 0], up: [0, 1, 0]},
  {name: "side", right: [0, 0, 1], up: [0, 1, 0]},
  {name: "top", right: [1, 0, 0], up: [0, 0, 1]},
  {name: "left corner", right: [Math.SQRT1_2, 0, Math.SQRT1_2], up: [0, 1, 0]},
  {name: "right corner", right: [Math.SQRT1_2, 0, -Math.SQRT1_2], up: [0, 1, 0]},
  {name: "raised", right: [1, 0, 0], up: [0, Math.SQRT1_2, Math.SQRT1_2]},
];

type Vector = readonly [number, number, number];

/** A parallel view: which way of space is right and which is up in the picture. */
export interface View {
  readonly name: string;
  readonly right: Vector;
  readonly up: Vector;
}

/** Pixels that a mesh covers in a view, row by row from below, 1 where it does. */
export interface Silhouette {
  readonly pixels: Uint8Array;
  readonly resolution: number;
}

/** Half the side of the pictures: a unit box seen along a diagonal is 1.5 wide. */
const HALF = 0.75;

/**
 * The silhouette of a mesh that stands in the unit box around the origin: pixels whose centre a triangle covers.
 * @param resolution pixels on each side
 */
export function silhouetteOf(
  {positions, triangles}: Mesh,
  {right, up}: View,
  resolution: number,
): Silhouette {
  const pixels = new Uint8Array(resolution * resolution);
  const count = positions.length / 3;
  const [u, v] = [new Float64Array(count), new Float64Array(count)];
  for (let i = 0; i < count; i++) {
    const [x, y, z] = [positions[3 * i], positions[3 * i + 1], positions[3 * i + 2]];
    u[i] = pixelOf(right[0] * x + right[1] * y + right[2] * z, resolution);
    v[i] = pixelOf(up[0] * x + up[1] * y + up[2] * z, resolution);
  }
  for (let t = 0; t < triangles.length; t += 3) {
    fill(pixels, resolution, u, v, triangles[t], triangles[t + 1], triangles[t + 2]);
  }
  return {pixels, resolution};
}

/** A coordinate in pixels, whose centres lie at whole numbers. */
const pixelOf = (value: number, resolution: number): number =>
  ((value + HALF) / (2 * HALF)) * resolution - 0.5;

/** The coordinate of a pixel's centre; what {@link silhouetteOf} puts there. */
export const coordinateOf = (pixel: number, resolution: number): number =>
  ((pixel + 0.5) / resolution) * 2 * HALF - HALF;

/** Fills the pixels of a triangle, row by row, between the edges that cross the row. */
function fill(
  pixels: Uint8Array,
  size: number,
  u: Float64Array,
  v: Float64Array,
  a: number,
  b: number,
  c: number,
): void {
  const lowest = Math.max(0, Math.ceil(Math.min(v[a], v[b], v[c])));
  const highest = Math.min(size - 1, Math.floor(Math.max(v[a], v[b], v[c])));
  for (let row = lowest; row <= highest; row++) {
    let from = Number.POSITIVE_INFINITY;
    let to = Number.NEGATIVE_INFINITY;
    for (let edge = 0; edge < 3; edge++) {
      const p = edge === 0 ? a : edge === 1 ? b : c;
      const q = edge === 0 ? b : edge === 1 ? c : a;
      if (row < Math.min(v[p], v[q]) || row > Math.max(v[p], v[q])) continue;
      const at = v[p] === v[q] ? u[p] : u[p] + ((row - v[p]) / (v[q] - v[p])) * (u[q] - u[p]);
      from = Math.min(from, at);
      to = Math.max(to, at);
    }
    const last = Math.min(size - 1, Math.floor(to));
    for (let column = Math.max(0, Math.ceil(from)); column <= last; column++) pixels[row * size + column] = 1;
  }
}

/** Pixels that both silhouettes cover over those that either does; 1 for two empty ones. */
export function intersectionOverUnion(a: Silhouette, b: Silhouette): number {
  let [both, either] = [0, 0];
  for (let i = 0; i < a.pixels.length; i++) {
    both += a.pixels[i] & b.pixels[i];
    either += a.pixels[i] | b.pixels[i];
  }
  return either === 0 ? 1 : both / either;
}
