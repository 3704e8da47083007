import {MeshoptSimplifier} from "meshoptimizer/simplifier";
import {compacted, type Mesh, triangleCount} from "../mesh.js";

/** A stall of the decimation that keeps what is connected, at which the one that does not is called. */
const STALLED = 1.5;

/** Loads the decimation of meshoptimizer. */
export const simplifierReady: Promise<void> = MeshoptSimplifier.ready;

/**
 * A mesh of at most about so many triangles: edges are collapsed in the order of their quadric error, and where what must
 * stay connected stops that, vertices are merged that are not neighbours. (Garland and Heckbert,
 * doi.org/10.1145/258734.258849)
 */
export function simplified(mesh: Mesh, limit: number): Mesh {
  if (triangleCount(mesh) <= limit) return mesh;
  const {positions, triangles} = mesh;
  const [collapsed] = MeshoptSimplifier.simplify(triangles, positions, 3, 3 * limit, 1);
  if (collapsed.length <= STALLED * 3 * limit) return compacted({positions, triangles: collapsed});
  const [merged] = MeshoptSimplifier.simplifySloppy(triangles, positions, 3, null, 3 * limit, 1);
  const kept = compacted({positions, triangles: merged});
  return triangleCount(kept) > 0 ? kept : compacted({positions, triangles: collapsed});
}
