import {bytesSource} from "../../src/lib/io/byte-source.js";
import type {ModelFolder} from "../../src/lib/io/model-folder.js";
import {writeSafetensors} from "../../src/lib/io/safetensors-writer.js";

/** Files of a model in memory: bytes, or an object that is written as JSON. */
export function folderOf(files: Readonly<Record<string, Uint8Array | object>>, main?: string): ModelFolder {
  return {
    ...(main !== undefined && {main}),
    names: async () => Object.keys(files),
    async open(name) {
      if (!Object.hasOwn(files, name)) return undefined;
      const file = files[name];
      return bytesSource(file instanceof Uint8Array ? file : new TextEncoder().encode(JSON.stringify(file)));
    },
  };
}

/** A folder whose weights are stored as `quantization_config` says. */
export function quantizedFolder(
  config: object | undefined,
  tensors: Parameters<typeof writeSafetensors>[0],
): ModelFolder {
  return folderOf({
    "model.safetensors": writeSafetensors(tensors),
    ...(config && {"config.json": {model_type: "llama", quantization_config: config}}),
  });
}
