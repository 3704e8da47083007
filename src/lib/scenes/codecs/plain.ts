import {compacted, type Mesh, triangleCount} from "../mesh.js";
import {deltasOf, dequantizePoints, fromDeltas, type QuantizedPoints, quantizePoints} from "../quantize.js";
import {type BitCoder, codeNumber, codeSigned, decoder, encoder, numberContexts} from "../range-coder.js";
import {clusteredTo} from "./cluster.js";
import {type MeshCodec, type MeshSetting, triangleLimit} from "./codec.js";

/** Bytes before the coded part: bits, corner and edge of the grid, numbers of vertices and triangles. */
const HEADER = 1 + 4 * 4 + 2 * 4;

/**
 * A mesh as a grid of integers: quantized coordinates as differences to the vertex before, corners of triangles as distances
 * to the newest vertex, both by an adaptive arithmetic coder. Vertices stand in the order of their first triangle.
 */
export function encodePlain(mesh: Mesh, bits: number): Uint8Array {
  const {positions, triangles} = compacted(mesh);
  const quantized = quantizePoints(positions, bits);
  const coder = encoder();
  codeDeltas(coder, deltasOf(quantized.q));
  codeTriangles(coder, triangles);
  const body = coder.finish();
  const bytes = new Uint8Array(HEADER + body.length);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, bits);
  for (const [i, value] of [...quantized.low, quantized.extent].entries()) {
    view.setFloat32(1 + 4 * i, value, true);
  }
  view.setUint32(17, positions.length / 3, true);
  view.setUint32(21, triangles.length / 3, true);
  bytes.set(body, HEADER);
  return bytes;
}

/** The mesh of {@link encodePlain}. */
export function decodePlain(bytes: Uint8Array): Mesh {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [x, y, z, extent] = [1, 5, 9, 13].map((at) => view.getFloat32(at, true));
  const coder = decoder(bytes.subarray(HEADER));
  const q = fromDeltas(codeDeltas(coder, new Int32Array(3 * view.getUint32(17, true))));
  const triangles = codeTriangles(coder, new Uint32Array(3 * view.getUint32(21, true)));
  const quantized: QuantizedPoints = {q, low: [x, y, z], extent, bits: view.getUint8(0)};
  return {positions: Float32Array.from(dequantizePoints(quantized)), triangles};
}

/** Differences of coordinates, each axis by its own statistics. */
function codeDeltas(coder: BitCoder, deltas: Int32Array): Int32Array {
  const kinds = [numberContexts(), numberContexts(), numberContexts()];
  return deltas.map((value, i) => codeSigned(coder, kinds[i % 3], value));
}

/** Corners as distances to the vertex that comes next for the first time, which is 0. */
function codeTriangles(coder: BitCoder, triangles: Uint32Array): Uint32Array {
  const kinds = [numberContexts(), numberContexts(), numberContexts()];
  let next = 0;
  return triangles.map((index, i) => {
    const back = codeNumber(coder, kinds[i % 3], next - index);
    const coded = next - back;
    if (back === 0) next++;
    return coded;
  });
}

/** Bits of the coded connectivity of a mesh for each of its triangles. */
export function connectivityBits(mesh: Mesh): number {
  const coder = encoder();
  codeTriangles(coder, compacted(mesh).triangles);
  return (8 * coder.finish().length) / triangleCount(mesh);
}

/** Quantized differences: the plain baseline, without any prediction from neighbouring triangles. */
export const plain: MeshCodec = {
  id: "plain",
  label: "quantized differences",
  source: "coordinates on a grid, differences and an adaptive arithmetic coder; no paper",
  family: "int",
  decimation: "vertex clustering",
  load: async () => ({
    encode: (mesh: Mesh, setting: MeshSetting) =>
      encodePlain(clusteredTo(mesh, triangleLimit(triangleCount(mesh), setting)), setting.bits),
    decode: decodePlain,
  }),
};
