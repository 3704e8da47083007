import type {Mesh} from "../mesh.js";

/** A point or a size in space. */
export type Vector = readonly [number, number, number];

/** Fineness of a tessellation: edges of a box are cut into 2 times this, circles into 8 times this. */
export type Detail = number;

/** A box around a centre, its faces cut into squares whose corners they share. */
export function box([x, y, z]: Vector, [sx, sy, sz]: Vector, detail: Detail): Mesh {
  const n = 2 * detail;
  const places = new Map<number, number>();
  const positions: number[] = [];
  const triangles: number[] = [];
  const vertex = (i: number, j: number, k: number): number => {
    const key = (i * (n + 1) + j) * (n + 1) + k;
    const known = places.get(key);
    if (known !== undefined) return known;
    positions.push(x + (i / n - 0.5) * sx, y + (j / n - 0.5) * sy, z + (k / n - 0.5) * sz);
    places.set(key, places.size);
    return places.size - 1;
  };
  const face = (at: (u: number, v: number) => number) => {
    for (let u = 0; u < n; u++) {
      for (let v = 0; v < n; v++) quad(triangles, at(u, v), at(u + 1, v), at(u + 1, v + 1), at(u, v + 1));
    }
  };
  face((u, v) => vertex(v, u, 0));
  face((u, v) => vertex(u, v, n));
  face((u, v) => vertex(0, v, u));
  face((u, v) => vertex(n, u, v));
  face((u, v) => vertex(u, 0, v));
  face((u, v) => vertex(v, n, u));
  return {positions: Float32Array.from(positions), triangles: Uint32Array.from(triangles)};
}

/** A point of the outline that is turned around an axis: its distance from the axis and its height. */
export type OutlinePoint = readonly [radius: number, height: number];

/**
 * A surface of revolution around the vertical through x and z. The outline goes upwards; where it meets the axis all
 * triangles share one vertex. Edges of the outline are cut so that triangles stay small.
 */
export function revolution(
  [x, z]: readonly [number, number],
  outline: readonly OutlinePoint[],
  detail: Detail,
): Mesh {
  const sides = 8 * detail;
  const rings = refined(outline, detail);
  const positions: number[] = [];
  const triangles: number[] = [];
  const starts = rings.map(([radius, height]) => {
    const start = positions.length / 3;
    const count = radius === 0 ? 1 : sides;
    for (let i = 0; i < count; i++) {
      const angle = (2 * Math.PI * i) / sides;
      positions.push(x + radius * Math.cos(angle), height, z + radius * Math.sin(angle));
    }
    return {start, count};
  });
  for (let r = 0; r + 1 < rings.length; r++) {
    const [below, above] = [starts[r], starts[r + 1]];
    const at = ({start, count}: typeof below, i: number) => start + (count === 1 ? 0 : i % sides);
    for (let i = 0; i < sides; i++) {
      quad(triangles, at(below, i), at(above, i), at(above, i + 1), at(below, i + 1));
    }
  }
  return {positions: Float32Array.from(positions), triangles: Uint32Array.from(triangles)};
}

function refined(outline: readonly OutlinePoint[], detail: Detail): OutlinePoint[] {
  const points: OutlinePoint[] = [outline[0]];
  for (const [i, [radius, height]] of outline.slice(1).entries()) {
    const [r0, h0] = outline[i];
    for (let step = 1; step <= detail; step++) {
      const share = step / detail;
      points.push(
        step === detail ? [radius, height] : [r0 + share * (radius - r0), h0 + share * (height - h0)],
      );
    }
  }
  return points;
}

/** An upright rod with flat ends, its radius above its own. */
export const rod = (
  [x, low, z]: Vector,
  height: number,
  radius: number,
  detail: Detail,
  radiusAbove = radius,
): Mesh =>
  revolution(
    [x, z],
    [
      [0, low],
      [radius, low],
      [radiusAbove, low + height],
      [0, low + height],
    ],
    detail,
  );

/** A ball, stretched along the vertical. */
export function ball([x, y, z]: Vector, radius: number, halfHeight: number, detail: Detail): Mesh {
  const steps = 6;
  const outline = Array.from({length: steps + 1}, (_, i): OutlinePoint => {
    const angle = (Math.PI * i) / steps;
    const isPole = i === 0 || i === steps;
    return [isPole ? 0 : radius * Math.sin(angle), y - halfHeight * Math.cos(angle)];
  });
  return revolution([x, z], outline, detail);
}

/** A rod that lies along the z axis: a wheel or an axle. */
export function lyingRod(centre: Vector, length: number, radius: number, detail: Detail): Mesh {
  const upright = rod([0, -length / 2, 0], length, radius, detail);
  return mapped(upright, (x, y, z) => [centre[0] + x, centre[1] - z, centre[2] + y]);
}

/** A mesh with every vertex moved. */
export function mapped(
  {positions, triangles}: Mesh,
  move: (x: number, y: number, z: number) => Vector,
): Mesh {
  const moved = new Float32Array(positions.length);
  for (let i = 0; i < positions.length; i += 3) {
    const [x, y, z] = move(positions[i], positions[i + 1], positions[i + 2]);
    moved[i] = x;
    moved[i + 1] = y;
    moved[i + 2] = z;
  }
  return {positions: moved, triangles};
}

/** Two triangles; one where two neighbouring corners are the same vertex. */
function quad(triangles: number[], a: number, b: number, c: number, d: number): void {
  if (a !== b && b !== c && c !== a) triangles.push(a, b, c);
  if (a !== c && c !== d && d !== a) triangles.push(a, c, d);
}
