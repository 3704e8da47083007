import type {GroupedLevels} from "../formats/grouped-levels.js";
import type {Checkpoint} from "../io/checkpoint.js";
import type {ModelFolder} from "../io/model-folder.js";
import type {TensorInfo} from "../io/safetensors.js";
import {publishedTensors} from "./gguf/published-tensors.js";
import {type OpenTensors, openTensors} from "./open-tensors.js";
import {readStored, type StoredTensor} from "./stored-tensor.js";

/** A checkpoint that also gives matrices as they are packed in its files. */
export interface PackedCheckpoint extends Checkpoint {
  /** A matrix as integers under scales; null where it is not packed so. @throws RangeError if there is none of that name. */
  levels(name: string): Promise<GroupedLevels | null>;
  /** Bytes of such a matrix in its files, scales included; null where `levels` has none to give. */
  packedBytes(name: string): number | null;
}

/**
 * Opens the checkpoint of a model folder: its safetensors in one file or in shards, quantized weights unpacked; or a GGUF
 * file, its tensors by their published names.
 * @throws FormatError as {@link openTensors}.
 */
export async function openCheckpoint(folder: ModelFolder): Promise<PackedCheckpoint> {
  return checkpointOf(await openTensors(folder));
}

/** Tensors that are open as the checkpoint of a model. @throws FormatError as {@link publishedTensors}. */
export function checkpointOf({tensors: stored, gguf}: OpenTensors): PackedCheckpoint {
  const tensors: ReadonlyMap<string, StoredTensor> =
    gguf === null ? stored : publishedTensors(gguf.metadata, stored);
  const infos = Array.from(tensors.values(), ({name, shape}): [string, TensorInfo] => [
    name,
    {name, dtype: "F32", shape, begin: 0, end: 0},
  ]);
  const named = (name: string): StoredTensor => {
    const tensor = tensors.get(name);
    if (tensor !== undefined) return tensor;
    throw new RangeError(`Checkpoint.read: name must be one of ${tensors.size} tensors, got ${name}`);
  };
  return {
    tensors: new Map(infos),
    read: async (name) => readStored("openCheckpoint", named(name)),
    levels: async (name) => (await named(name).readLevels?.()) ?? null,
    packedBytes: (name) => (named(name).readLevels === undefined ? null : named(name).bytes),
  };
}
