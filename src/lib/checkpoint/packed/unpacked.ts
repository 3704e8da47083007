import {type JsonObject, SIDE_FILE_LIMITS} from "../../io/json-file.js";
import {type ModelFolder, readJson} from "../../io/model-folder.js";
import type {SafetensorsTensor} from "../safetensors-tensor.js";
import type {StoredTensor} from "../stored-tensor.js";
import {packingProblem, type RawTensors, type UnpackedWeight} from "./packing.js";
import {packings} from "./registry.js";
import {fp8Weights} from "./scaled-codes.js";

/**
 * The tensors of a checkpoint by what they mean: quantized weights as one tensor each, their scales taken up.
 * @throws FormatError naming a way of packing that is not known, or what is wrong with one that is.
 */
export async function unpacked(
  folder: ModelFolder,
  raw: RawTensors,
): Promise<ReadonlyMap<string, StoredTensor>> {
  const config = await quantizationConfig(folder);
  const weights = config === undefined ? fp8Weights(raw, undefined, false) : await unpackAll(raw, config);
  const leads = new Map(weights.map(({tensor, from}) => [from[0].name, tensor]));
  const parts = new Set(weights.flatMap(({from}) => from.map(({name}) => name)));
  const tensors = new Map<string, StoredTensor>();
  for (const [name, tensor] of raw) {
    const weight = leads.get(name);
    if (weight !== undefined) tensors.set(weight.name, weight);
    else if (!parts.has(name)) tensors.set(name, config === undefined ? guarded(tensor) : tensor);
  }
  return tensors;
}

async function unpackAll(raw: RawTensors, config: JsonObject): Promise<readonly UnpackedWeight[]> {
  const method = config.get("quant_method");
  const packing = packings.find(({id}) => id === method);
  if (packing !== undefined) return packing.unpack(raw, config);
  const allowed = `one of ${packings.map(({id}) => id).join(", ")}`;
  throw packingProblem("unsupported", "quantization_config: quant_method", method ?? "none", allowed);
}

/** Files beside config.json that say the same, from before it did, with the method that each stands for. */
const OLDER = [
  {file: "quantize_config.json", method: "gptq"},
  {file: "quant_config.json", method: "awq"},
  {file: "hf_quant_config.json", method: "modelopt"},
] as const;

/** What a folder says about how its weights are stored; undefined where it says nothing. */
async function quantizationConfig(folder: ModelFolder): Promise<JsonObject | undefined> {
  const config = await readSide(folder, "config.json");
  const text = config?.get("text_config");
  for (const object of [config, text instanceof Map ? text : undefined]) {
    for (const key of ["quantization_config", "compression_config"]) {
      const found = object?.get(key);
      if (found === undefined || found === null) continue;
      if (!(found instanceof Map)) throw packingProblem("bad-value", key, found, "an object");
      return found.size === 0 ? undefined : withMethod(found);
    }
  }
  for (const {file, method} of OLDER) {
    const older = await readSide(folder, file);
    if (older !== undefined) return new Map([["quant_method", method], ...older]);
  }
  return undefined;
}

/** compressed-tensors and bitsandbytes have left their name out at times. */
function withMethod(config: JsonObject): JsonObject {
  if (config.has("quant_method")) return config;
  if (config.has("config_groups")) return new Map([...config, ["quant_method", "compressed-tensors"]]);
  if (config.has("load_in_4bit") || config.has("load_in_8bit")) {
    return new Map([...config, ["quant_method", "bitsandbytes"]]);
  }
  return config;
}

const readSide = (folder: ModelFolder, name: string) =>
  readJson(folder, name, {reader: "openCheckpoint", limits: SIDE_FILE_LIMITS});

/** Endings of the tensors that a packing is made of; without the config that names it they mean nothing. */
const PACKED =
  /\.(qweight|qzeros|scales|g_idx|weight_packed|weight_scale|weight_scale_inv|weight_zero_point|weight_shape|weight_g_idx|weight_global_scale|SCB|weight_format|absmax|quant_map|nested_absmax|nested_quant_map|quant_state\.\w+)$/;

function guarded(tensor: SafetensorsTensor): StoredTensor {
  if (!PACKED.test(tensor.name)) return tensor;
  const reason =
    "it belongs to weights that are packed, and config.json, which says how, is not beside the file";
  return {...tensor, unreadable: {kind: "unknown", reason}};
}
