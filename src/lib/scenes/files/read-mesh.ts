import type {ByteSource} from "../../technique/opened-file.js";
import {boxOf, compacted, largestEdge, type Mesh, triangleCount} from "../mesh.js";
import {readGltf} from "./gltf.js";
import {readObj} from "./obj.js";
import {MOST_BYTES, problem} from "./problem.js";

/** First four bytes of a GLB file, and the types of its parts. (glTF 2.0 specification, section 4.4) */
const [MAGIC, JSON_PART, BINARY_PART] = [0x46546c67, 0x4e4f534a, 0x004e4942];

/**
 * Reads a mesh from a file of somebody's own: glTF, GLB or OBJ, told apart by their first bytes.
 * @throws FormatError for a file of another kind, larger than 64 MiB or wrong.
 */
export async function readMesh(source: ByteSource): Promise<Mesh> {
  if (source.size > MOST_BYTES) {
    throw problem("too-large", "file", `${source.size} bytes`, `at most ${MOST_BYTES} bytes`);
  }
  return meshFromBytes(await source.read(0, source.size));
}

/** {@link readMesh} of bytes in memory. @throws FormatError as there. */
export function meshFromBytes(bytes: Uint8Array): Mesh {
  const mesh = compacted(read(bytes));
  if (triangleCount(mesh) === 0) throw problem("no-triangle", "file", "none", "a file with triangles");
  if (largestEdge(boxOf(mesh.positions)) === 0) {
    throw problem("flat", "file", "a point", "a mesh whose vertices are not all the same");
  }
  return mesh;
}

function read(bytes: Uint8Array): Mesh {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length >= 12 && view.getUint32(0, true) === MAGIC) return readGlb(bytes, view);
  const text = textOf(bytes);
  const start = /\S/.exec(text.slice(0, 4096))?.[0];
  return start === "{" ? readGltf(text) : readObj(text);
}

function textOf(bytes: Uint8Array): string {
  if (bytes.subarray(0, 4096).includes(0)) {
    throw problem("binary", "file", "binary data", "glTF, GLB or OBJ", {cure: "Export it as GLB"});
  }
  return new TextDecoder().decode(bytes);
}

function readGlb(bytes: Uint8Array, view: DataView): Mesh {
  const version = view.getUint32(4, true);
  if (version !== 2) throw problem("version", "version", version, "2", {offset: 4});
  const parts = new Map<number, Uint8Array>();
  for (let at = 12; at + 8 <= bytes.length; ) {
    const [length, kind] = [view.getUint32(at, true), view.getUint32(at + 4, true)];
    if (at + 8 + length > bytes.length) {
      throw problem("part", "part", `${length} bytes`, `within the ${bytes.length} bytes of the file`, {
        offset: at,
      });
    }
    if (!parts.has(kind)) parts.set(kind, bytes.subarray(at + 8, at + 8 + length));
    at += 8 + length;
  }
  const json = parts.get(JSON_PART);
  if (json === undefined) throw problem("part", "file", "none", "a part of JSON");
  return readGltf(new TextDecoder().decode(json), parts.get(BINARY_PART));
}
