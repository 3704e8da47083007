/** Blocks of 256 whose elements are -1, 0 or 1 times one scale (BitNet b1.58). */
import {type GgmlBlock, half} from "./block.js";

const ELEMENTS = 256;

/** Two bits an element: byte j of 32 holds elements j, j + 32, j + 64 and j + 96, from the low bits up. */
export const tq2_0: GgmlBlock = {
  id: "tq2_0",
  elements: ELEMENTS,
  bytes: 66,
  decode(bytes, at, values, to) {
    const d = half(bytes, at + 64);
    for (let e = 0; e < ELEMENTS; e++) {
      const byte = bytes[at + 32 * (e >> 7) + (e & 31)];
      values[to + e] = (((byte >> (2 * ((e >> 5) & 3))) & 3) - 1) * d;
    }
  },
};

/** Runs of bytes of TQ1_0: where they begin, how many, and the elements in each byte. */
const RUNS = [
  {from: 0, bytes: 32, digits: 5},
  {from: 32, bytes: 16, digits: 5},
  {from: 48, bytes: 4, digits: 4},
] as const;

/** Five digits to base 3 a byte, as a fixed-point fraction: times 3^n, the carry of one more times 3 is digit n. */
export const tq1_0: GgmlBlock = {
  id: "tq1_0",
  elements: ELEMENTS,
  bytes: 54,
  decode(bytes, at, values, to) {
    const d = half(bytes, at + 52);
    let next = to;
    for (const {from, bytes: count, digits} of RUNS) {
      for (let n = 0; n < digits; n++) {
        for (let j = 0; j < count; j++) {
          const fraction = (bytes[at + from + j] * 3 ** n) & 255;
          values[next++] = (((fraction * 3) >> 8) - 1) * d;
        }
      }
    }
  },
};
