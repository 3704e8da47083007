import {joined, type Mesh} from "../mesh.js";
import {type Buffers, buffersOf, indicesOf, positionsOf} from "./gltf-buffers.js";
import {
  elementNamed,
  numbersIn,
  objectIn,
  objectsIn,
  type Place,
  parseObject,
  wholeIn,
} from "./json-values.js";
import {problem, requireFew} from "./problem.js";

/** Mode of a primitive that is a list of triangles. */
const TRIANGLES = 4;
/** Most nodes that are drawn: a node may stand under several others, and doublings add up. */
const MOST_DRAWN = 2000;

/** A matrix of four columns, one after the other. */
type Matrix = readonly number[];

const IDENTITY: Matrix = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];

/**
 * Reads the triangles of a glTF 2.0 file, all meshes of its scene where their nodes put them. Materials, textures, skins
 * and animations are passed over.
 * @param binary the binary part of a GLB file
 * @throws FormatError for a file that is wrong or compressed, or refers to other files.
 */
export function readGltf(text: string, binary?: Uint8Array): Mesh {
  const gltf = parseObject(text);
  const buffers = buffersOf(gltf, binary);
  const meshes = objectsIn(gltf, "meshes");
  const found: Mesh[] = [];
  for (const {mesh, matrix} of placed(gltf, meshes)) {
    for (const primitive of objectsIn(mesh, "primitives")) {
      if (wholeIn(primitive, "mode", TRIANGLES) !== TRIANGLES) continue;
      found.push(moved(readPrimitive(buffers, primitive), matrix));
      requireFew(
        "vertices",
        found.reduce((sum, {positions}) => sum + positions.length / 3, 0),
      );
      requireFew(
        "triangles",
        found.reduce((sum, {triangles}) => sum + triangles.length / 3, 0),
      );
    }
  }
  const all = joined(found);
  if (all.triangles.length === 0) throw problem("no-triangle", "file", "none", "a glTF file with triangles");
  return all;
}

function readPrimitive(buffers: Buffers, primitive: Place): Mesh {
  const extensions = objectIn(primitive, "extensions");
  if (extensions?.object.has("KHR_draco_mesh_compression")) {
    throw problem("compressed", primitive.where, "KHR_draco_mesh_compression", "plain accessors", {
      cure: "Export it without compression",
    });
  }
  const attributes = objectIn(primitive, "attributes");
  if (attributes === undefined)
    throw problem("object", `${primitive.where}.attributes`, "nothing", "an object");
  const positions = positionsOf(buffers, attributes);
  return {positions, triangles: indicesOf(buffers, primitive, positions.length / 3)};
}

/** Meshes with the matrices of their nodes; without nodes all meshes as they are. */
function placed(gltf: Place, meshes: readonly Place[]): {mesh: Place; matrix: Matrix}[] {
  const nodes = objectsIn(gltf, "nodes");
  if (nodes.length === 0) return meshes.map((mesh) => ({mesh, matrix: IDENTITY}));
  const found: {mesh: Place; matrix: Matrix}[] = [];
  let drawn = 0;
  const visit = (node: Place, above: Matrix, depth: number): void => {
    if (++drawn > MOST_DRAWN || depth > 64) {
      throw problem("nodes", node.where, "more", `at most ${MOST_DRAWN} nodes, 64 inside each other`);
    }
    const matrix = product(above, matrixOf(node));
    if (node.object.has("mesh")) found.push({mesh: elementNamed(meshes, node, "mesh"), matrix});
    for (const child of childrenOf(node, nodes)) visit(child, matrix, depth + 1);
  };
  const children = new Set(nodes.flatMap((node) => childrenOf(node, nodes)));
  for (const node of nodes) if (!children.has(node)) visit(node, IDENTITY, 0);
  return found;
}

function childrenOf({object, where}: Place, nodes: readonly Place[]): Place[] {
  const list = object.get("children") ?? [];
  if (!Array.isArray(list)) throw problem("list", `${where}.children`, list, "a list");
  return list.map((index) => {
    const isPlace =
      typeof index === "number" && Number.isInteger(index) && index >= 0 && index < nodes.length;
    if (!isPlace) throw problem("index", `${where}.children`, index, `below ${nodes.length}`);
    return nodes[index];
  });
}

/** The matrix of a node: its own, or that of its scale, rotation and translation, in this order. */
function matrixOf(node: Place): Matrix {
  if (node.object.has("matrix")) return numbersIn(node, "matrix", IDENTITY);
  const [tx, ty, tz] = numbersIn(node, "translation", [0, 0, 0]);
  const [x, y, z, w] = numbersIn(node, "rotation", [0, 0, 0, 1]);
  const [sx, sy, sz] = numbersIn(node, "scale", [1, 1, 1]);
  const turn = [
    [1 - 2 * (y * y + z * z), 2 * (x * y + z * w), 2 * (x * z - y * w)],
    [2 * (x * y - z * w), 1 - 2 * (x * x + z * z), 2 * (y * z + x * w)],
    [2 * (x * z + y * w), 2 * (y * z - x * w), 1 - 2 * (x * x + y * y)],
  ];
  const columns = [sx, sy, sz].flatMap((scale, i) => [...turn[i].map((value) => scale * value), 0]);
  return [...columns, tx, ty, tz, 1];
}

function product(a: Matrix, b: Matrix): Matrix {
  return Array.from({length: 16}, (_, place) => {
    const [row, column] = [place % 4, Math.floor(place / 4)];
    return [0, 1, 2, 3].reduce((sum, k) => sum + a[4 * k + row] * b[4 * column + k], 0);
  });
}

/** A mesh in the place of its node. @throws FormatError if that leaves float32. */
function moved({positions, triangles}: Mesh, m: Matrix): Mesh {
  const points = positions.map((_, i) => {
    const [axis, at] = [i % 3, i - (i % 3)];
    return (
      m[axis] * positions[at] +
      m[4 + axis] * positions[at + 1] +
      m[8 + axis] * positions[at + 2] +
      m[12 + axis]
    );
  });
  const wrong = points.findIndex((value) => !(Math.abs(value) < 1e15));
  if (wrong >= 0) throw problem("coordinate", "node", points[wrong], "a matrix that keeps coordinates small");
  return {positions: points, triangles};
}
