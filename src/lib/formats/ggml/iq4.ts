/** Codes into sixteen levels that lie closer about zero. */
import {type GgmlBlock, half} from "./block.js";

/** The levels of IQ4_NL and IQ4_XS by their codes. */
export const IQ4_LEVELS: readonly number[] = [
  -127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113,
];

/** Writes 32 elements: byte j holds element j (low) and element j + 16 (high). */
function writeLevels(bytes: Uint8Array, at: number, values: Float32Array, to: number, scale: number): void {
  for (let j = 0; j < 16; j++) {
    values[to + j] = scale * IQ4_LEVELS[bytes[at + j] & 15];
    values[to + j + 16] = scale * IQ4_LEVELS[bytes[at + j] >> 4];
  }
}

/** Blocks of 32 with one scale. */
export const iq4_nl: GgmlBlock = {
  id: "iq4_nl",
  elements: 32,
  bytes: 18,
  decode: (bytes, at, values, to) => writeLevels(bytes, at + 2, values, to, half(bytes, at)),
};

/** Super-blocks of 256; the scale of each 32 is a signed 6-bit code. */
export const iq4_xs: GgmlBlock = {
  id: "iq4_xs",
  elements: 256,
  bytes: 136,
  decode(bytes, at, values, to) {
    const d = half(bytes, at);
    const highs = bytes[at + 2] | (bytes[at + 3] << 8);
    for (let block = 0; block < 8; block++) {
      const low = (bytes[at + 4 + (block >> 1)] >> (4 * (block & 1))) & 15;
      const scale = Math.fround(d * ((low | (((highs >> (2 * block)) & 3) << 4)) - 32));
      writeLevels(bytes, at + 8 + 16 * block, values, to + 32 * block, scale);
    }
  },
};
