/** A triangle mesh: all that is known of an object here. Colours, textures and normals of its vertices are not kept. */
export interface Mesh {
  /** Three coordinates a vertex. */
  readonly positions: Float32Array;
  /** Three indices of vertices a triangle, counter-clockwise as seen from outside. */
  readonly triangles: Uint32Array;
}

/** The lowest corner of the box around points, and its edges. */
export interface Box {
  readonly low: readonly [number, number, number];
  readonly size: readonly [number, number, number];
}

/** Number of vertices of a mesh. */
export const vertexCount = ({positions}: Mesh): number => positions.length / 3;

/** Number of triangles of a mesh. */
export const triangleCount = ({triangles}: Mesh): number => triangles.length / 3;

/** Bytes of a mesh as it is: three float32 a vertex, three 32-bit indices a triangle. */
export const rawBytes = ({positions, triangles}: Mesh): number => 4 * (positions.length + triangles.length);

/**
 * The box around points.
 * @param points three coordinates each
 * @throws RangeError if there is no point, or a coordinate is not finite.
 */
export function boxOf(points: ArrayLike<number>): Box {
  if (points.length === 0) throw new RangeError("boxOf: points must hold a point, got none");
  const low: [number, number, number] = [points[0], points[1], points[2]];
  const high: [number, number, number] = [points[0], points[1], points[2]];
  for (let i = 0; i < points.length; i++) {
    const value = points[i];
    if (!Number.isFinite(value)) throw new RangeError(`boxOf: coordinate ${i} must be finite, got ${value}`);
    const axis = i % 3;
    if (value < low[axis]) low[axis] = value;
    else if (value > high[axis]) high[axis] = value;
  }
  return {low, size: [high[0] - low[0], high[1] - low[1], high[2] - low[2]]};
}

/** The largest edge of a box. */
export const largestEdge = ({size: [x, y, z]}: Box): number => Math.max(x, y, z);

/** The move and the scale that bring a box into the unit cube around the origin, its largest edge to 1. */
export interface UnitBox {
  readonly centre: readonly [number, number, number];
  readonly scale: number;
}

/** The unit box of a mesh. @throws RangeError as {@link boxOf}. */
export function unitBoxOf({positions}: Mesh): UnitBox {
  const box = boxOf(positions);
  const [x, y, z] = box.low.map((low, axis) => low + box.size[axis] / 2);
  return {centre: [x, y, z], scale: 1 / (largestEdge(box) || 1)};
}

/** A mesh moved and scaled into a unit box: reference and reconstruction both take that of the reference. */
export function inUnitBox({positions, triangles}: Mesh, {centre, scale}: UnitBox): Mesh {
  return {positions: positions.map((value, i) => (value - centre[i % 3]) * scale), triangles};
}

/** Several meshes as one. */
export function joined(meshes: readonly Mesh[]): Mesh {
  const size = (of: (mesh: Mesh) => ArrayLike<number>) =>
    meshes.reduce((sum, mesh) => sum + of(mesh).length, 0);
  const positions = new Float32Array(size((mesh) => mesh.positions));
  const triangles = new Uint32Array(size((mesh) => mesh.triangles));
  let [vertex, corner] = [0, 0];
  for (const mesh of meshes) {
    positions.set(mesh.positions, 3 * vertex);
    const first = vertex;
    triangles.set(
      mesh.triangles.map((index) => index + first),
      corner,
    );
    vertex += vertexCount(mesh);
    corner += mesh.triangles.length;
  }
  return {positions, triangles};
}

/** A mesh without the vertices that no triangle has, and without triangles that have a vertex twice. */
export function compacted({positions, triangles}: Mesh): Mesh {
  const place = new Int32Array(positions.length / 3).fill(-1);
  const kept: number[] = [];
  const corners: number[] = [];
  for (let t = 0; t < triangles.length; t += 3) {
    const [a, b, c] = [triangles[t], triangles[t + 1], triangles[t + 2]];
    if (a === b || b === c || c === a) continue;
    for (let corner = 0; corner < 3; corner++) {
      const vertex = triangles[t + corner];
      if (place[vertex] < 0) place[vertex] = kept.push(vertex) - 1;
      corners.push(place[vertex]);
    }
  }
  const points = new Float32Array(3 * kept.length);
  for (const [i, vertex] of kept.entries()) {
    for (let axis = 0; axis < 3; axis++) points[3 * i + axis] = positions[3 * vertex + axis];
  }
  return {positions: points, triangles: Uint32Array.from(corners)};
}
