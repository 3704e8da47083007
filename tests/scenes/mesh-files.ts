/** Small files of each kind that the reader of meshes takes: a tetrahedron. */

const POSITIONS = Float32Array.of(0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1);
const CORNERS = Uint16Array.of(0, 2, 1, 0, 1, 3, 1, 2, 3, 0, 3, 2);

const buffer = new Uint8Array(POSITIONS.byteLength + CORNERS.byteLength);
buffer.set(new Uint8Array(POSITIONS.buffer));
buffer.set(new Uint8Array(CORNERS.buffer), POSITIONS.byteLength);

/** The JSON of a glTF file with a node that moves and scales the tetrahedron. */
export const gltfJson = (uri?: string) => ({
  asset: {version: "2.0"},
  buffers: [{byteLength: buffer.length, ...(uri === undefined ? {} : {uri})}],
  bufferViews: [
    {buffer: 0, byteOffset: 0, byteLength: POSITIONS.byteLength},
    {buffer: 0, byteOffset: POSITIONS.byteLength, byteLength: CORNERS.byteLength},
  ],
  accessors: [
    {bufferView: 0, componentType: 5126, count: 4, type: "VEC3"},
    {bufferView: 1, componentType: 5123, count: CORNERS.length, type: "SCALAR"},
  ],
  meshes: [{primitives: [{attributes: {POSITION: 0}, indices: 1}]}],
  nodes: [
    {children: [1], translation: [10, 0, 0]},
    {mesh: 0, scale: [2, 2, 2]},
  ],
});

const utf8 = (text: string) => new TextEncoder().encode(text);

/** A glTF file whose buffer stands in it in base64. */
export const gltfFile = (): Uint8Array =>
  utf8(
    JSON.stringify(
      gltfJson(`data:application/octet-stream;base64,${Buffer.from(buffer).toString("base64")}`),
    ),
  );

/** A GLB file. */
export function glbFile(json: object = gltfJson()): Uint8Array {
  const text = utf8(JSON.stringify(json));
  const head = new Uint8Array(Math.ceil(text.length / 4) * 4).fill(32);
  head.set(text);
  const bytes = new Uint8Array(12 + 8 + head.length + 8 + buffer.length);
  const view = new DataView(bytes.buffer);
  const words = [0x46546c67, 2, bytes.length, head.length, 0x4e4f534a];
  for (const [i, word] of words.entries()) view.setUint32(4 * i, word, true);
  bytes.set(head, 20);
  view.setUint32(20 + head.length, buffer.length, true);
  view.setUint32(24 + head.length, 0x004e4942, true);
  bytes.set(buffer, 28 + head.length);
  return bytes;
}

/** An OBJ file with a face of four corners, one with normals and one that counts from the end. */
export const objFile = (): Uint8Array =>
  utf8(
    "# a pyramid\nv 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\nv 0.5 0.5 1\nvn 0 0 1\nf 4 3 2 1\nf 1//1 2//1 5//1\nf -4 -3 -1\n",
  );
