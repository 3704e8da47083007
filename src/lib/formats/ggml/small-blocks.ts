/** Blocks of 32 with one scale. Byte j of the nibbles holds element j (low) and element j + 16 (high). */
import {e2m1} from "../element.js";
import {type GgmlBlock, half, signed} from "./block.js";

const ELEMENTS = 32;

/** The 32 nibbles from `bytes[at]`, each with its place in the block. */
function eachNibble(bytes: Uint8Array, at: number, take: (element: number, nibble: number) => void): void {
  for (let j = 0; j < ELEMENTS / 2; j++) {
    take(j, bytes[at + j] & 15);
    take(j + ELEMENTS / 2, bytes[at + j] >> 4);
  }
}

/** The fifth bits of a block: bit j is element j's. */
function highBits(bytes: Uint8Array, at: number): (element: number) => number {
  const word = bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24);
  return (element) => ((word >>> element) & 1) << 4;
}

/** 4-bit codes: (q - 8) d. */
export const q4_0: GgmlBlock = {
  id: "q4_0",
  elements: ELEMENTS,
  bytes: 18,
  decode(bytes, at, values, to) {
    const d = half(bytes, at);
    eachNibble(bytes, at + 2, (j, q) => {
      values[to + j] = (q - 8) * d;
    });
  },
};

/** 4-bit codes above a minimum: q d + m. */
export const q4_1: GgmlBlock = {
  id: "q4_1",
  elements: ELEMENTS,
  bytes: 20,
  decode(bytes, at, values, to) {
    const [d, m] = [half(bytes, at), half(bytes, at + 2)];
    eachNibble(bytes, at + 4, (j, q) => {
      values[to + j] = Math.fround(q * d) + m;
    });
  },
};

/** 5-bit codes: (q - 16) d. */
export const q5_0: GgmlBlock = {
  id: "q5_0",
  elements: ELEMENTS,
  bytes: 22,
  decode(bytes, at, values, to) {
    const [d, high] = [half(bytes, at), highBits(bytes, at + 2)];
    eachNibble(bytes, at + 6, (j, q) => {
      values[to + j] = ((q | high(j)) - 16) * d;
    });
  },
};

/** 5-bit codes above a minimum: q d + m. */
export const q5_1: GgmlBlock = {
  id: "q5_1",
  elements: ELEMENTS,
  bytes: 24,
  decode(bytes, at, values, to) {
    const [d, m, high] = [half(bytes, at), half(bytes, at + 2), highBits(bytes, at + 4)];
    eachNibble(bytes, at + 8, (j, q) => {
      values[to + j] = Math.fround((q | high(j)) * d) + m;
    });
  },
};

/** Signed bytes: q d. */
export const q8_0: GgmlBlock = {
  id: "q8_0",
  elements: ELEMENTS,
  bytes: 34,
  decode(bytes, at, values, to) {
    const d = half(bytes, at);
    for (let j = 0; j < ELEMENTS; j++) values[to + j] = signed(bytes[at + 2 + j]) * d;
  },
};

/** E2M1 codes and a power of two, 2^(e - 127); unlike in OCP MX the byte 255 is no NaN. */
export const mxfp4: GgmlBlock = {
  id: "mxfp4",
  elements: ELEMENTS,
  bytes: 17,
  decode(bytes, at, values, to) {
    const d = 2 ** (bytes[at] - 127);
    eachNibble(bytes, at + 1, (j, code) => {
      values[to + j] = e2m1.values[code] * d;
    });
  },
};
