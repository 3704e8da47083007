import type {JsonObject} from "../../io/json-file.js";
import {nvfp4Weights} from "./nvfp4.js";
import {packedIntegers} from "./packed-integers.js";
import {
  modulesWith,
  type Packing,
  packingProblem,
  type RawTensors,
  requireTensor,
  type UnpackedWeight,
} from "./packing.js";
import {fp8Weights, scaledWeight} from "./scaled-codes.js";

/**
 * Weights as llm-compressor stores them. Each format of theirs that is read, by its name in `format`.
 * Source: https://github.com/vllm-project/compressed-tensors, `compressors`.
 */
const FORMATS: Readonly<Record<string, Packing["unpack"]>> = {
  dense: async () => [],
  "float-quantized": async (raw, config) => fp8Weights(raw, blockOf(config), true),
  "int-quantized": async (raw) => intWeights(raw),
  "naive-quantized": async (raw) => [...fp8Weights(raw, undefined, true), ...intWeights(raw)],
  "pack-quantized": packedIntegers,
  "nvfp4-pack-quantized": nvfp4Weights,
};

export const compressedTensors: Packing = {
  id: "compressed-tensors",
  async unpack(raw, config) {
    const status = config.get("sparsity_config");
    const sparse = status instanceof Map ? status.get("format") : undefined;
    if (sparse !== undefined && sparse !== "dense") {
      throw packingProblem("unsupported", "quantization_config: sparsity_config", sparse, "dense");
    }
    const format = config.get("format") ?? "dense";
    const read = typeof format === "string" && Object.hasOwn(FORMATS, format) ? FORMATS[format] : undefined;
    if (read !== undefined) return read(raw, config);
    const allowed = `one of ${Object.keys(FORMATS).join(", ")}`;
    throw packingProblem("unsupported", "quantization_config: format", format, allowed);
  },
};

/** Rows and columns of a block, where a group of layers has scales of blocks. */
function blockOf(config: JsonObject): number[] | undefined {
  const groups = config.get("config_groups");
  for (const plan of groups instanceof Map ? groups.values() : []) {
    const weights = plan instanceof Map ? plan.get("weights") : undefined;
    const block = weights instanceof Map ? weights.get("block_structure") : undefined;
    if (Array.isArray(block) && block.length === 2 && block.every((size) => Number(size) > 0)) {
      return block.map(Number);
    }
  }
  return undefined;
}

/** Signed bytes with scales, and zero points where they are not symmetric. */
function intWeights(raw: RawTensors): UnpackedWeight[] {
  return modulesWith(raw, "weight")
    .filter((module) => raw.get(`${module}.weight`)!.dtype === "I8")
    .map((module) => {
      const zeros = raw.get(`${module}.weight_zero_point`);
      return scaledWeight({
        codes: raw.get(`${module}.weight`)!,
        scales: requireTensor(raw, `${module}.weight_scale`),
        ...(zeros && {zeros}),
      });
    });
}
