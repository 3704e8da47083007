import {modelFolder} from "../../../src/lib/checkpoint/model-folder.js";
import {formatById} from "../../../src/lib/formats/registry.js";
import {writeSafetensors} from "../../../src/lib/io/safetensors-writer.js";
import {folderOf} from "../../checkpoint/folder.js";
import {readTensors} from "../read-tensors.js";
import type {FuzzTarget} from "../target.js";

const FORMATS = ["int4", "mxfp4", "nvfp4", "razer", "q4_0", "q4_K"];

/** One weight of each format, packed from the same numbers. */
const PACKED = FORMATS.map((id) => {
  const {parts} = formatById(id).encode({shape: [2, 32], data: new Float32Array(64).fill(0.5)});
  return {id, parts};
});

const TENSORS = PACKED.flatMap(({id, parts}) =>
  Object.entries(parts).map(([role, data]) => ({name: `${id}.${role}`, shape: [data.length], data})),
);

const ENTRIES = PACKED.map(({id, parts}) => [
  id,
  {
    format: id,
    shape: [2, 32],
    parts: Object.keys(parts),
    ...(id === "int4" && {shape: [32, 2], transposed: true}),
  },
]);

/** Texts of a layout of ours over tensors that stand fast: formats, shapes and parts need not fit them. */
export const ownLayout: FuzzTarget = {
  id: "own-layout",
  seeds: async () => [
    new TextEncoder().encode(JSON.stringify({version: 1, tensors: Object.fromEntries(ENTRIES)})),
    new TextEncoder().encode(JSON.stringify({version: 1, tensors: Object.fromEntries(ENTRIES.slice(0, 1))})),
  ],
  async read(bytes) {
    const layout = new TextDecoder().decode(bytes);
    const file = writeSafetensors(TENSORS, {"paretoscope.packed": layout});
    const folder = folderOf({"model.safetensors": file}, "model.safetensors");
    await readTensors(folder);
    await modelFolder(folder);
  },
};
