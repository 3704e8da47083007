import {openCheckpoint} from "../../../src/lib/checkpoint/open-checkpoint.js";
import {bytesSource} from "../../../src/lib/io/byte-source.js";
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
    const files = new Map([
      ["model.safetensors.index.json", bytes],
      [ONE, one],
      [TWO, two],
    ]);
    const checkpoint = await openCheckpoint({
      async open(name) {
        const file = files.get(name);
        return file && bytesSource(file);
      },
    });
    for (const [name, {dtype}] of checkpoint.tensors)
      if (/^(B?F16|F32|F64|F8_E[45])/.test(dtype)) await checkpoint.read(name);
  },
};
