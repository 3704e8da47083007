import {openTensors} from "../../../src/lib/checkpoint/open-tensors.js";
import {readStored} from "../../../src/lib/checkpoint/stored-tensor.js";
import {type Dtype, dtypeBits, isDtype} from "../../../src/lib/io/dtypes.js";
import {FormatError} from "../../../src/lib/io/format-error.js";
import {writeSafetensors} from "../../../src/lib/io/safetensors-writer.js";
import {elementCount} from "../../../src/lib/tensor/tensor.js";
import {folderOf} from "../../checkpoint/folder.js";
import type {FuzzTarget} from "../target.js";

/** A tensor of a seed: its name, type and shape, and one byte that all of its data are. */
type Stored = readonly [name: string, dtype: Dtype, shape: readonly number[], fill?: number];

interface Packed {
  readonly config: object;
  readonly tensors: readonly Stored[];
}

/** Weights in each way of packing, under the settings that stand for it. */
const PACKED: readonly Packed[] = [
  {
    config: {quant_method: "fp8", weight_block_size: [2, 2]},
    tensors: [
      ["m.weight", "F8_E4M3", [4, 4]],
      ["m.weight_scale_inv", "F32", [2, 2]],
    ],
  },
  {
    config: {quant_method: "awq", bits: 4, version: "gemm"},
    tensors: [
      ["m.qweight", "I32", [4, 1]],
      ["m.qzeros", "I32", [2, 1]],
      ["m.scales", "F16", [2, 8]],
    ],
  },
  {
    config: {quant_method: "gptq", bits: 4, checkpoint_format: "gptq"},
    tensors: [
      ["m.qweight", "I32", [1, 8]],
      ["m.qzeros", "I32", [2, 1]],
      ["m.scales", "F16", [2, 8]],
      ["m.g_idx", "I32", [8], 0],
    ],
  },
  {
    config: {
      quant_method: "compressed-tensors",
      format: "pack-quantized",
      config_groups: {g: {weights: {num_bits: 4, type: "int"}}},
    },
    tensors: [
      ["m.weight_packed", "I32", [4, 2]],
      ["m.weight_scale", "BF16", [4, 2]],
      ["m.weight_zero_point", "I32", [1, 2]],
    ],
  },
  {
    config: {quant_method: "compressed-tensors", format: "nvfp4-pack-quantized"},
    tensors: [
      ["m.weight_packed", "U8", [2, 8]],
      ["m.weight_scale", "F8_E4M3", [2, 1]],
      ["m.weight_global_scale", "F32", [1]],
    ],
  },
  {
    config: {quant_method: "bitsandbytes", load_in_8bit: true},
    tensors: [
      ["m.weight", "I8", [2, 4]],
      ["m.SCB", "F32", [2]],
    ],
  },
];

const MOST_ELEMENTS = 4096;

function refused(value: unknown): FormatError {
  return new FormatError("fuzz", {kind: "bad-seed", offset: null, field: "seed", value, allowed: "a seed"});
}

/** The seed that a mutant still is. @throws FormatError if it is none. */
function parsed(bytes: Uint8Array): Packed {
  try {
    const {config, tensors} = JSON.parse(new TextDecoder().decode(bytes));
    if (
      Array.isArray(tensors) &&
      tensors.every(isStored) &&
      new Set(tensors.map(([name]) => name)).size === tensors.length
    )
      return {config, tensors};
  } catch (error) {
    throw refused(error);
  }
  throw refused("other JSON");
}

function isStored(value: unknown): value is Stored {
  if (!Array.isArray(value)) return false;
  const [name, dtype, shape] = value;
  const isShape = Array.isArray(shape) && shape.every((size) => Number.isSafeInteger(size) && size >= 0);
  return (
    typeof name === "string" &&
    name !== "__metadata__" &&
    typeof dtype === "string" &&
    isDtype(dtype) &&
    isShape &&
    elementCount(shape) <= MOST_ELEMENTS &&
    (elementCount(shape) * dtypeBits(dtype)) % 8 === 0
  );
}

/** Quantized weights of safetensors: sound files, and settings and shapes that need not fit each other. */
export const packed: FuzzTarget = {
  id: "packed",
  seeds: async () => PACKED.map((each) => new TextEncoder().encode(JSON.stringify(each))),
  async read(bytes) {
    const {config, tensors: stored} = parsed(bytes);
    const written = stored.map(([name, dtype, shape, fill]) => ({
      name,
      dtype,
      shape,
      data: new Uint8Array((elementCount(shape) * dtypeBits(dtype)) / 8).fill(
        typeof fill === "number" ? fill : 0x38,
      ),
    }));
    const folder = folderOf({
      "model.safetensors": writeSafetensors(written),
      "config.json": {quantization_config: config},
    });
    const {tensors} = await openTensors(folder);
    for (const tensor of tensors.values()) if (tensor.unreadable === null) await readStored("fuzz", tensor);
  },
};
