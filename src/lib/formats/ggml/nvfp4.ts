import {e2m1, ue4m3} from "../element.js";
import type {GgmlBlock} from "./block.js";

/** Elements that share a scale. */
const GROUP = 16;

/**
 * E2M1 codes in groups of 16, each with an unsigned E4M3 scale; there is no scale of the tensor inside. Byte j of a group
 * holds element j (low) and element j + 8 (high).
 */
export const nvfp4: GgmlBlock = {
  id: "nvfp4",
  elements: 64,
  bytes: 36,
  decode(bytes, at, values, to) {
    for (let group = 0; group < 4; group++) {
      const d = scaleOf(bytes[at + group]);
      for (let j = 0; j < GROUP / 2; j++) {
        const byte = bytes[at + 4 + (group * GROUP) / 2 + j];
        const first = to + group * GROUP + j;
        values[first] = e2m1.values[byte & 15] * d;
        values[first + GROUP / 2] = e2m1.values[byte >> 4] * d;
      }
    }
  },
};

/** Neither 0 nor the code of NaN scales anything: both are worth zero here. */
function scaleOf(byte: number): number {
  return byte === 127 ? 0 : byte === 255 ? 480 : ue4m3.values[byte & 127];
}
