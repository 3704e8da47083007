import {MeshoptDecoder} from "meshoptimizer/decoder";
import {MeshoptEncoder} from "meshoptimizer/encoder";
import {type Mesh, triangleCount} from "../mesh.js";
import {dequantizePoints, quantizePoints} from "../quantize.js";
import {type MeshCodec, type MeshSetting, triangleLimit} from "./codec.js";
import {simplified, simplifierReady} from "./simplify.js";

/** Bytes before both streams: bits, corner and edge of the grid, numbers of vertices, triangles and bytes of the vertices. */
const HEADER = 1 + 4 * 4 + 3 * 4;
/** Three coordinates of 16 bits, and two bytes that bring a vertex to a multiple of four. */
const STRIDE = 8;

/**
 * A mesh by the codecs of meshoptimizer for vertices and indices, in the order that they compress best. Coordinates are
 * quantized to at most 16 bits. In practice the file is compressed once more as a whole, which is not done here.
 */
function encodeMeshopt(mesh: Mesh, setting: MeshSetting): Uint8Array {
  const {positions, triangles} = ordered(simplified(mesh, triangleLimit(triangleCount(mesh), setting)));
  const {q, low, extent, bits} = quantizePoints(positions, setting.bits);
  const count = q.length / 3;
  const vertices = new Uint16Array(4 * count);
  for (let i = 0; i < q.length; i++) vertices[4 * Math.floor(i / 3) + (i % 3)] = q[i];
  const coded = MeshoptEncoder.encodeVertexBuffer(new Uint8Array(vertices.buffer), count, STRIDE);
  const indices = MeshoptEncoder.encodeIndexBuffer(new Uint8Array(triangles.buffer), triangles.length, 4);
  const bytes = new Uint8Array(HEADER + coded.length + indices.length);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, bits);
  for (const [i, value] of [...low, extent].entries()) view.setFloat32(1 + 4 * i, value, true);
  for (const [i, value] of [count, triangles.length / 3, coded.length].entries()) {
    view.setUint32(17 + 4 * i, value, true);
  }
  bytes.set(coded, HEADER);
  bytes.set(indices, HEADER + coded.length);
  return bytes;
}

/** Vertices and triangles in the order in which they take the fewest bytes. */
function ordered({positions, triangles}: Mesh): Mesh {
  const indices = Uint32Array.from(triangles);
  const [remap, unique] = MeshoptEncoder.reorderMesh(indices, true, true);
  const moved = new Float32Array(3 * unique);
  for (const [from, to] of remap.entries()) {
    if (to < unique) moved.set(positions.subarray(3 * from, 3 * from + 3), 3 * to);
  }
  return {positions: moved, triangles: indices};
}

function decodeMeshopt(bytes: Uint8Array): Mesh {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [x, y, z, extent] = [1, 5, 9, 13].map((at) => view.getFloat32(at, true));
  const [count, triangleTotal, length] = [17, 21, 25].map((at) => view.getUint32(at, true));
  const vertices = new Uint8Array(STRIDE * count);
  const triangles = new Uint32Array(3 * triangleTotal);
  MeshoptDecoder.decodeVertexBuffer(vertices, count, STRIDE, bytes.subarray(HEADER, HEADER + length));
  MeshoptDecoder.decodeIndexBuffer(
    new Uint8Array(triangles.buffer),
    triangles.length,
    4,
    bytes.subarray(HEADER + length),
  );
  const coordinates = new Uint16Array(vertices.buffer);
  const q = Int32Array.from({length: 3 * count}, (_, i) => coordinates[4 * Math.floor(i / 3) + (i % 3)]);
  const positions = dequantizePoints({q, low: [x, y, z], extent, bits: view.getUint8(0)});
  return {positions: Float32Array.from(positions), triangles};
}

/** meshoptimizer's vertex and index codecs, which are made to be decoded fast. */
export const meshopt: MeshCodec = {
  id: "meshopt",
  label: "meshoptimizer",
  source: "zeux/meshoptimizer 1.3.0, EXT_meshopt_compression",
  family: "int",
  decimation: "quadric error",
  async load() {
    await Promise.all([MeshoptEncoder.ready, MeshoptDecoder.ready, simplifierReady]);
    return {encode: encodeMeshopt, decode: decodeMeshopt};
  },
};
