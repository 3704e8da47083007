import type {Tensor} from "../tensor/tensor.js";
import {FormatError} from "./format-error.js";
import {SIDE_FILE_LIMITS} from "./json-file.js";
import {type ModelFolder, readJson} from "./model-folder.js";
import {openSafetensors, readTensor, type Safetensors, type TensorInfo} from "./safetensors.js";

/** The tensors of a model, from one file or several shards; loaded one at a time. */
export interface Checkpoint {
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  /** One tensor as float32. @throws RangeError if there is none of that name. */
  read(name: string): Promise<Tensor>;
}

const SINGLE = "model.safetensors";
const INDEX = "model.safetensors.index.json";

/**
 * Opens the checkpoint of a model folder: `model.safetensors`, or the shards that
 * `model.safetensors.index.json` lists under `weight_map`.
 * @throws FormatError with kind `missing-file`, `bad-index` or `missing-tensor`, or one of {@link openSafetensors}'s.
 */
export async function openCheckpoint(folder: ModelFolder): Promise<Checkpoint> {
  const single = await folder.open(SINGLE);
  if (single !== undefined) {
    const file = await openSafetensors(single);
    return {tensors: file.tensors, read: (name) => readTensor(file, name)};
  }
  const weightMap = await readWeightMap(folder);
  const shards = new Map<string, Safetensors>();
  for (const shard of new Set(weightMap.values())) shards.set(shard, await openShard(folder, shard));
  return mergeShards(weightMap, shards);
}

async function readWeightMap(folder: ModelFolder): Promise<ReadonlyMap<string, string>> {
  const index = await readJson(folder, INDEX, {reader: "openCheckpoint", limits: SIDE_FILE_LIMITS});
  if (index === undefined) {
    throw problem("missing-file", "model folder", "neither", `a folder with ${SINGLE} or ${INDEX}`);
  }
  const map = index.get("weight_map");
  if (!(map instanceof Map)) throw problem("bad-index", `${INDEX}: weight_map`, map, "an object");
  for (const [name, shard] of map) {
    // A path here could lead out of the folder.
    if (typeof shard !== "string" || !/^[^/\\]+\.safetensors$/.test(shard)) {
      throw problem(
        "bad-index",
        `${INDEX}: weight_map "${name}"`,
        shard,
        "the name of a .safetensors file, without a path",
      );
    }
  }
  return map;
}

async function openShard(folder: ModelFolder, shard: string): Promise<Safetensors> {
  const source = await folder.open(shard);
  if (source === undefined) throw problem("missing-file", INDEX, shard, "a list of files that are there");
  return openSafetensors(source);
}

function mergeShards(
  weightMap: ReadonlyMap<string, string>,
  shards: ReadonlyMap<string, Safetensors>,
): Checkpoint {
  const tensors = new Map<string, TensorInfo>();
  for (const [name, shard] of weightMap) {
    const info = shards.get(shard)!.tensors.get(name);
    if (info === undefined)
      throw problem(
        "missing-tensor",
        `${INDEX}: ${shard}`,
        `none called ${name}`,
        "a file that holds its tensors",
      );
    tensors.set(name, info);
  }
  return {
    tensors,
    async read(name) {
      const shard = weightMap.get(name);
      if (shard === undefined)
        throw new RangeError(`Checkpoint.read: name must be one of ${tensors.size} tensors, got ${name}`);
      return readTensor(shards.get(shard)!, name);
    },
  };
}

function problem(kind: string, field: string, value: unknown, allowed: string): FormatError {
  return new FormatError("openCheckpoint", {kind, offset: null, field, value, allowed});
}
