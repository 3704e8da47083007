import {readFile} from "node:fs/promises";
import {expect, test} from "vitest";
import {MESHES, meshFile} from "../../scripts/meshes.js";

test.each(Object.entries(MESHES))(
  "the mesh of the package %s is what the data set holds",
  async (name, mesh) => {
    expect(new Uint8Array(await readFile(`src/data/meshes/${name}.safetensors`))).toEqual(meshFile(mesh));
  },
);
