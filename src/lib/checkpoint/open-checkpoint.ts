import type {Checkpoint} from "../io/checkpoint.js";
import type {ModelFolder} from "../io/model-folder.js";
import type {TensorInfo} from "../io/safetensors.js";
import {publishedTensors} from "./gguf/published-tensors.js";
import {type OpenTensors, openTensors} from "./open-tensors.js";
import {readStored, type StoredTensor} from "./stored-tensor.js";

/**
 * Opens the checkpoint of a model folder: its safetensors in one file or in shards, quantized weights unpacked; or a GGUF
 * file, its tensors by their published names.
 * @throws FormatError as {@link openTensors}.
 */
export async function openCheckpoint(folder: ModelFolder): Promise<Checkpoint> {
  return checkpointOf(await openTensors(folder));
}

/** Tensors that are open as the checkpoint of a model. @throws FormatError as {@link publishedTensors}. */
export function checkpointOf({tensors: stored, gguf}: OpenTensors): Checkpoint {
  const tensors: ReadonlyMap<string, StoredTensor> =
    gguf === null ? stored : publishedTensors(gguf.metadata, stored);
  const infos = Array.from(tensors.values(), ({name, shape}): [string, TensorInfo] => [
    name,
    {name, dtype: "F32", shape, begin: 0, end: 0},
  ]);
  return {
    tensors: new Map(infos),
    async read(name) {
      const tensor = tensors.get(name);
      if (tensor !== undefined) return readStored("openCheckpoint", tensor);
      throw new RangeError(`Checkpoint.read: name must be one of ${tensors.size} tensors, got ${name}`);
    },
  };
}
