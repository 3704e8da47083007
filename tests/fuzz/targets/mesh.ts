import {meshFromBytes} from "../../../src/lib/scenes/files/read-mesh.js";
import {glbFile, gltfFile, objFile} from "../../scenes/mesh-files.js";
import type {FuzzTarget} from "../target.js";

export const mesh: FuzzTarget = {
  id: "mesh",
  seeds: async () => [objFile(), gltfFile(), glbFile()],
  read: (bytes) => meshFromBytes(bytes),
};
