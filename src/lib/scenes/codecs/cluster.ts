import {boxOf, compacted, largestEdge, type Mesh, triangleCount} from "../mesh.js";

/**
 * Merges all vertices in each cell of a grid into their mean; triangles that lose a corner go, and of several with the same
 * corners one stays. (Rossignac and Borrel, doi.org/10.1007/978-3-642-78114-8_29)
 * @param cells along the largest edge
 */
export function clustered({positions, triangles}: Mesh, cells: number): Mesh {
  const box = boxOf(positions);
  const step = (largestEdge(box) || 1) / cells;
  const cellOf = new Map<number, number>();
  const sums: number[] = [];
  const members: number[] = [];
  const cluster = new Uint32Array(positions.length / 3);
  for (let v = 0; v < cluster.length; v++) {
    let cell = 0;
    for (let axis = 0; axis < 3; axis++) {
      const place = Math.floor((positions[3 * v + axis] - box.low[axis]) / step);
      cell = cell * cells + Math.min(cells - 1, place);
    }
    const place = cellOf.get(cell) ?? cellOf.size;
    cellOf.set(cell, place);
    cluster[v] = place;
    members[place] = (members[place] ?? 0) + 1;
    for (let axis = 0; axis < 3; axis++) {
      sums[3 * place + axis] = (sums[3 * place + axis] ?? 0) + positions[3 * v + axis];
    }
  }
  const means = Float32Array.from(sums, (sum, i) => sum / members[Math.floor(i / 3)]);
  const merged = distinct(
    triangles.map((index) => cluster[index]),
    members.length,
  );
  return compacted({positions: means, triangles: merged});
}

/** Triangles without those whose three corners another one has too. */
function distinct(triangles: Uint32Array, vertices: number): Uint32Array {
  const seen = new Set<number>();
  const kept: number[] = [];
  for (let t = 0; t < triangles.length; t += 3) {
    const [a, b, c] = [triangles[t], triangles[t + 1], triangles[t + 2]];
    const [low, high] = [Math.min(a, b, c), Math.max(a, b, c)];
    const key = (low * vertices + (a + b + c - low - high)) * vertices + high;
    if (seen.has(key)) continue;
    seen.add(key);
    kept.push(triangles[t], triangles[t + 1], triangles[t + 2]);
  }
  return Uint32Array.from(kept);
}

/** Cells along the largest edge of the finest clustering that is tried. */
const FINEST = 128;

/** The finest clustering with at most so many triangles, by bisection; the coarsest that has a triangle if none is so small. */
export function clusteredTo(mesh: Mesh, limit: number): Mesh {
  if (triangleCount(mesh) <= limit) return mesh;
  let [coarse, fine] = [1, FINEST];
  let best: Mesh | undefined;
  while (fine - coarse > 1) {
    const middle = (coarse + fine) >> 1;
    const found = clustered(mesh, middle);
    const count = triangleCount(found);
    if (count > 0 && (count <= limit || best === undefined)) best = found;
    if (count <= limit) coarse = middle;
    else fine = middle;
  }
  return best ?? mesh;
}
