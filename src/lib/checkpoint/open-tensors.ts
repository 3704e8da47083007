import type {ByteSource} from "../io/byte-source.js";
import {FormatError} from "../io/format-error.js";
import {type JsonObject, SIDE_FILE_LIMITS} from "../io/json-file.js";
import {type ModelFolder, readJson} from "../io/model-folder.js";
import {openSafetensors, type Safetensors} from "../io/safetensors.js";
import {sniff} from "../io/sniff.js";
import {type GgufFiles, openGgufFiles} from "./gguf/gguf-files.js";
import {ggufTensor} from "./gguf/gguf-tensor.js";
import {isOwnLayout, ownTensors} from "./packed/own-layout.js";
import {unpacked} from "./packed/unpacked.js";
import {safetensorsTensor} from "./safetensors-tensor.js";
import type {StoredTensor} from "./stored-tensor.js";

/** The tensors of a file, of an index or of a folder, by the names they have there. */
export interface OpenTensors {
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /** The GGUF files they are from, or null if they are from safetensors. */
  readonly gguf: GgufFiles | null;
}

const SINGLE = "model.safetensors";
const INDEX = "model.safetensors.index.json";
const INDEX_NAME = /\.index\.json$/;

/**
 * Opens the tensors of a folder: of the file that was chosen in it, else of `model.safetensors`, else of the shards that
 * `model.safetensors.index.json` lists under `weight_map`. Weights that were quantized are tensors of their own numbers,
 * scales applied; each is loaded when it is asked for.
 * @throws FormatError with kind `missing-file`, `bad-index` or `missing-tensor`, one of {@link openSafetensors}'s or
 *   openGguf's, or one that names a way of packing which is not known.
 */
export async function openTensors(folder: ModelFolder): Promise<OpenTensors> {
  const name = folder.main ?? (await usualFile(folder));
  if (INDEX_NAME.test(name)) return openShards(folder, name);
  const source = await folder.open(name);
  if (source === undefined)
    throw problem("missing-file", "model folder", `no ${name}`, `a folder with ${name}`);
  const file = await openEither(source);
  return file === "gguf"
    ? openGgufTensors(folder, name)
    : openUnpacked(
        folder,
        [...file.tensors.keys()].map((each) => [each, file]),
      );
}

/** Safetensors, or the finding that the bytes are GGUF, whatever the name says. */
async function openEither(source: ByteSource): Promise<Safetensors | "gguf"> {
  try {
    return await openSafetensors(source);
  } catch (error) {
    if (error instanceof FormatError && error.kind === "is-gguf") return "gguf";
    throw error;
  }
}

async function openGgufTensors(folder: ModelFolder, name: string): Promise<OpenTensors> {
  const gguf = await openGgufFiles(folder, name);
  const tensors = gguf.files.flatMap((file) =>
    Array.from(file.tensors.values(), (each) => ggufTensor(file, each)),
  );
  return {gguf, tensors: byName(tensors)};
}

async function openUnpacked(
  folder: ModelFolder,
  files: readonly (readonly [string, Safetensors])[],
): Promise<OpenTensors> {
  // A file in our layout says itself how its weights are packed, and is alone.
  const own = files.map(([, file]) => file).find(isOwnLayout);
  if (own !== undefined) return {gguf: null, tensors: ownTensors(own)};
  const raw = files.map(([name, file]) => safetensorsTensor(file, file.tensors.get(name)!));
  return {gguf: null, tensors: await unpacked(folder, byName(raw))};
}

/** The file of a folder that holds its tensors or lists them, by the usual names, or the only one of its kind. */
async function usualFile(folder: ModelFolder): Promise<string> {
  for (const name of [SINGLE, INDEX]) if ((await folder.open(name)) !== undefined) return name;
  const names = (await folder.names?.()) ?? [];
  const [indices, singles] = [
    names.filter((name) => INDEX_NAME.test(name)),
    names.filter((name) => /\.safetensors$/.test(name)),
  ];
  if (indices.length === 1) return indices[0];
  return indices.length === 0 && singles.length === 1 ? singles[0] : INDEX;
}

async function openShards(folder: ModelFolder, index: string): Promise<OpenTensors> {
  const weightMap = await readWeightMap(folder, index);
  const shards = new Map<string, Safetensors>();
  for (const shard of new Set(weightMap.values())) shards.set(shard, await openShard(folder, index, shard));
  const files = [...weightMap].map(([name, shard]): readonly [string, Safetensors] => {
    const file = shards.get(shard)!;
    if (file.tensors.has(name)) return [name, file];
    throw problem(
      "missing-tensor",
      `${index}: ${shard}`,
      `none called ${name}`,
      "a file that holds its tensors",
    );
  });
  return openUnpacked(folder, files);
}

async function readWeightMap(folder: ModelFolder, name: string): Promise<ReadonlyMap<string, string>> {
  const index = await readJson(folder, name, {reader: "openCheckpoint", limits: SIDE_FILE_LIMITS});
  if (index === undefined) throw await nothingToRead(folder);
  return weightMapOf(index, name);
}

/** A folder without tensors that are read often holds others: the error names one. */
async function nothingToRead(folder: ModelFolder): Promise<FormatError> {
  const allowed = `a folder with ${SINGLE} or ${INDEX}`;
  const names = (await folder.names?.()) ?? [];
  const other = names.find((name) => /\.(bin|pt|pth|ckpt|h5|msgpack|npz|onnx|gz|zip|tar)$/.test(name));
  const source = other === undefined ? undefined : await folder.open(other);
  const kind = source && (await sniff(source));
  const got = other === undefined ? "neither" : `neither, but ${other}${kind ? `, ${kind.title}` : ""}`;
  const cure = kind && {cure: kind.cure};
  return problem("missing-file", "model folder", got, allowed, cure);
}

function weightMapOf(index: JsonObject, name: string): ReadonlyMap<string, string> {
  const map = index.get("weight_map");
  if (!(map instanceof Map)) throw problem("bad-index", `${name}: weight_map`, map, "an object");
  for (const [tensor, shard] of map) {
    // A path here could lead out of the folder.
    if (typeof shard !== "string" || !/^[^/\\]+\.safetensors$/.test(shard)) {
      const allowed = "the name of a .safetensors file, without a path";
      throw problem("bad-index", `${name}: weight_map "${tensor}"`, shard, allowed);
    }
  }
  return map;
}

async function openShard(folder: ModelFolder, index: string, shard: string): Promise<Safetensors> {
  const source = await folder.open(shard);
  if (source === undefined) throw problem("missing-file", index, shard, "a list of files that are there");
  return openSafetensors(source);
}

const byName = <T extends StoredTensor>(tensors: readonly T[]) =>
  new Map(tensors.map((tensor) => [tensor.name, tensor]));

function problem(
  kind: string,
  field: string,
  value: unknown,
  allowed: string,
  way: {readonly cure?: string} = {},
): FormatError {
  return new FormatError("openCheckpoint", {kind, offset: null, field, value, allowed, ...way});
}
