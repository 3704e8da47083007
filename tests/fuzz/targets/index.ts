import {folderOf} from "../../checkpoint/folder.js";
import {readTensors} from "../read-tensors.js";
import type {FuzzTarget} from "../target.js";
import {smallSafetensors} from "./safetensors.js";

const [ONE, TWO] = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"];
const INDEX = {
  metadata: {total_size: 100},
  weight_map: {w: ONE, "a.weight": TWO, "a.bias": TWO, "a.scale": TWO},
};

/** The list of a sharded checkpoint, beside shards that are right. */
export const index: FuzzTarget = {
  id: "index",
  seeds: async () => [new TextEncoder().encode(JSON.stringify(INDEX))],
  async read(bytes) {
    const [one, two] = smallSafetensors();
    await readTensors(folderOf({"model.safetensors.index.json": bytes, [ONE]: one, [TWO]: two}));
  },
};
