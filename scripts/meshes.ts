// npx tsx scripts/meshes.ts: writes the meshes of packages that ship one as data sets, src/data/meshes/NAME.safetensors.

import {writeFile} from "node:fs/promises";
import bunny from "bunny";
import teapot from "teapot";
import {say} from "../src/cli/terminal/print.js";
import {writeSafetensors} from "../src/lib/io/safetensors-writer.js";

/** Triangle corners as float32, as all data sets are: whole numbers this small are exact. */
export const MESHES = {bunny, teapot} as const;

/** The file of a mesh of a package. */
export function meshFile({positions, cells}: (typeof MESHES)[keyof typeof MESHES]): Uint8Array {
  return writeSafetensors([
    {name: "positions", shape: [positions.length, 3], data: Float32Array.from(positions.flat())},
    {name: "triangles", shape: [cells.length, 3], data: Float32Array.from(cells.flat())},
  ]);
}

if (process.argv[1]?.endsWith("meshes.ts")) {
  for (const [name, mesh] of Object.entries(MESHES)) {
    await writeFile(`src/data/meshes/${name}.safetensors`, meshFile(mesh));
    say(`${name}: ${mesh.positions.length} vertices, ${mesh.cells.length} triangles`);
  }
}
