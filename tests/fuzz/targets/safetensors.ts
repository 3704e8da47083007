import {writeSafetensors} from "../../../src/lib/io/safetensors-writer.js";
import {folderOf} from "../../checkpoint/folder.js";
import {readTensors} from "../read-tensors.js";
import type {FuzzTarget} from "../target.js";

/** Files of all kinds of elements, small enough for thousands a second. */
export function smallSafetensors(): Uint8Array[] {
  return [
    writeSafetensors([{name: "w", shape: [2, 3], data: Float32Array.of(1, -2, 0.5, 0, 3e38, Number.NaN)}]),
    writeSafetensors(
      [
        {name: "a.weight", dtype: "BF16", shape: [4], data: Uint16Array.of(0x3f80, 0xbf80, 0, 0x7f80)},
        {name: "a.bias", dtype: "F16", shape: [1, 2], data: Uint16Array.of(0x3c00, 0xfc00)},
        {name: "a.scale", dtype: "F8_E4M3", shape: [3], data: Uint8Array.of(0, 56, 255)},
        {name: "ids", shape: [2], data: Int32Array.of(1, -1)},
        {name: "none", shape: [0, 4], data: new Float32Array()},
        {name: "one", shape: [], data: Float64Array.of(1e300)},
      ],
      {format: "pt"},
    ),
  ];
}

/** Numbers of eight bits with scales of their own. */
const SCALED = writeSafetensors([
  {name: "q.weight", dtype: "F8_E4M3", shape: [2, 2], data: Uint8Array.of(56, 48, 184, 0)},
  {name: "q.weight_scale", shape: [1], data: Float32Array.of(0.5)},
]);
const FP8 = {model_type: "llama", quantization_config: {quant_method: "fp8", activation_scheme: "dynamic"}};

export const safetensors: FuzzTarget = {
  id: "safetensors",
  seeds: async () => [...smallSafetensors(), SCALED],
  async read(bytes) {
    await readTensors(folderOf({"model.safetensors": bytes}));
    await readTensors(folderOf({"model.safetensors": bytes, "config.json": FP8}));
  },
  /** Sets the length of the header to where its JSON ends, as far as that can be seen. */
  repair(bytes) {
    const end = bytes.indexOf(0x7d, bytes.lastIndexOf(0x7d));
    if (end < 8) return bytes;
    const made = bytes.slice();
    new DataView(made.buffer).setBigUint64(0, BigInt(end + 1 - 8), true);
    return made;
  },
};
