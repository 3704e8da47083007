import {describe, expect, test} from "vitest";
import {FormatError} from "../../src/lib/io/format-error.js";
import {meshFromBytes} from "../../src/lib/scenes/files/read-mesh.js";
import {glbFile, gltfFile, gltfJson, objFile} from "./mesh-files.js";

const utf8 = (text: string) => new TextEncoder().encode(text);

function refusal(bytes: Uint8Array): FormatError {
  try {
    meshFromBytes(bytes);
  } catch (error) {
    if (error instanceof FormatError) return error;
    throw error;
  }
  throw new Error("the file was read");
}

describe("a file", () => {
  test("of OBJ is cut into triangles, whichever way its faces count", () => {
    const {positions, triangles} = meshFromBytes(objFile());
    expect(positions.length / 3).toBe(5);
    expect(triangles.length / 3).toBe(4);
    expect(Array.from(positions.subarray(0, 3))).toEqual([0, 1, 0]);
  });

  test.each([
    ["glTF with its buffer inside", gltfFile()],
    ["GLB", glbFile()],
  ])("of %s stands where its nodes put it", (_, bytes) => {
    const {positions, triangles} = meshFromBytes(bytes);
    expect(triangles.length / 3).toBe(4);
    expect(Array.from(positions)).toEqual([10, 0, 0, 10, 2, 0, 12, 0, 0, 10, 0, 2]);
  });
});

describe("what is wrong is refused by name", () => {
  test.each([
    ["no-triangle", utf8("")],
    ["no-triangle", utf8("v 0 0 0\n")],
    ["coordinate", utf8("v 0 0 x\n")],
    ["coordinate", utf8("v 0 0\n")],
    ["coordinate", utf8("v 0 0 1e300\n")],
    ["index", utf8("v 0 0 0\nf 1 2 3\n")],
    ["index", utf8("v 0 0 0\nf 0 0 0\n")],
    ["face", utf8("v 0 0 0\nf 1 1\n")],
    ["no-triangle", utf8("v 0 0 0\nf 1 1 1\n")],
    ["json-syntax", utf8("{")],
    ["external-buffer", utf8(JSON.stringify(gltfJson("other.bin")))],
    ["binary", Uint8Array.of(1, 0, 2, 3)],
    ["version", glbFile().map((byte, i) => (i === 4 ? 1 : byte))],
    ["part", glbFile().subarray(0, 100)],
  ])("%s", (kind, bytes) => {
    expect(refusal(bytes).kind).toBe(kind);
  });

  const changed = (change: (json: ReturnType<typeof gltfJson>) => void) => {
    const json = gltfJson();
    change(json);
    return glbFile(json);
  };

  test.each([
    ["accessor", changed(({accessors}) => Object.assign(accessors[0], {count: 5}))],
    ["too-many", changed(({accessors}) => Object.assign(accessors[0], {count: 2 ** 40}))],
    ["view", changed(({bufferViews}) => Object.assign(bufferViews[1], {byteLength: 1000}))],
    ["sparse", changed(({accessors}) => Object.assign(accessors[0], {sparse: {}}))],
    [
      "nodes",
      changed(({nodes}) =>
        nodes.push({children: [3], translation: [0, 0, 0]}, {children: [3], translation: [0, 0, 0]}),
      ),
    ],
    [
      "compressed",
      changed(({meshes}) =>
        Object.assign(meshes[0].primitives[0], {extensions: {KHR_draco_mesh_compression: {}}}),
      ),
    ],
    ["index", changed(({nodes}) => Object.assign(nodes[0], {children: [7]}))],
  ])("%s, in glTF", (kind, bytes) => {
    expect(refusal(bytes).kind).toBe(kind);
  });
});
