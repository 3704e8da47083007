import {bytesSource} from "../../../src/lib/io/byte-source.js";
import {openSafetensors, readTensor} from "../../../src/lib/io/safetensors.js";
import {writeSafetensors} from "../../../src/lib/io/safetensors-writer.js";
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

export const safetensors: FuzzTarget = {
  id: "safetensors",
  seeds: async () => smallSafetensors(),
  async read(bytes) {
    const file = await openSafetensors(bytesSource(bytes));
    for (const [name, {dtype}] of file.tensors)
      if (/^(B?F16|F32|F64|F8_E[45])/.test(dtype)) await readTensor(file, name);
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
