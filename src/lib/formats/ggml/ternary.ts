/** Blocks of 256 whose elements are -1, 0 or 1 times one scale (BitNet b1.58). */
import {
  type BlockLevels,
  decodeLevels,
  type GgmlBlock,
  half,
  inverse,
  largestAt,
  roundAway,
  writeHalf,
} from "./block.js";

const ELEMENTS = 256;
const {fround} = Math;

const SHARED = {
  elements: ELEMENTS,
  family: "int",
  convention: "-1, 0 and 1, block 256, f16 scale amax, half-away",
  weighsErrors: false,
} as const;

const codes = new Uint8Array(ELEMENTS);

/** Codes 0, 1 and 2 of a block, into {@link codes}; gives its scale. */
function ternaryCodes(x: Float32Array, from: number): number {
  const largest = largestAt(x, from, ELEMENTS);
  const d = largest < 0 ? 0 : Math.abs(x[largest]);
  const factor = inverse(d);
  for (let e = 0; e < ELEMENTS; e++) codes[e] = roundAway(fround(x[from + e] * factor)) + 1;
  return d;
}

const twoBitLevels: BlockLevels = {
  size: ELEMENTS,
  read(bytes, at, {levels, scales}, to) {
    scales[to / ELEMENTS] = half(bytes, at + 64);
    for (let e = 0; e < ELEMENTS; e++) {
      const byte = bytes[at + 32 * (e >> 7) + (e & 31)];
      levels[to + e] = ((byte >> (2 * ((e >> 5) & 3))) & 3) - 1;
    }
  },
};

/** Two bits an element: byte j of 32 holds elements j, j + 32, j + 64 and j + 96, from the low bits up. */
export const tq2_0: GgmlBlock = {
  ...SHARED,
  id: "tq2_0",
  bytes: 66,
  codebook: {bits: 2, values: [-1, 0, 1, 2]},
  levels: twoBitLevels,
  decode: decodeLevels(twoBitLevels, ELEMENTS),
  encode(x, from, bytes, at) {
    writeHalf(bytes, at + 64, ternaryCodes(x, from));
    for (let e = 0; e < ELEMENTS; e++) {
      bytes[at + 32 * (e >> 7) + (e & 31)] |= (codes[e] & 3) << (2 * ((e >> 5) & 3));
    }
  },
};

/** Runs of bytes of TQ1_0: where they begin, how many, and the elements in each byte. */
const RUNS = [
  {from: 0, bytes: 32, digits: 5},
  {from: 32, bytes: 16, digits: 5},
  {from: 48, bytes: 4, digits: 4},
] as const;

const digitLevels: BlockLevels = {
  size: ELEMENTS,
  read(bytes, at, {levels, scales}, to) {
    scales[to / ELEMENTS] = half(bytes, at + 52);
    let next = to;
    for (const {from, bytes: count, digits} of RUNS) {
      for (let n = 0; n < digits; n++) {
        for (let j = 0; j < count; j++) {
          const fraction = (bytes[at + from + j] * 3 ** n) & 255;
          levels[next++] = ((fraction * 3) >> 8) - 1;
        }
      }
    }
  },
};

/** Five digits to base 3 a byte, as a fixed-point fraction: times 3^n, the carry of one more times 3 is digit n. */
export const tq1_0: GgmlBlock = {
  ...SHARED,
  id: "tq1_0",
  bytes: 54,
  codebook: {bits: Math.log2(3), values: [-1, 0, 1]},
  levels: digitLevels,
  decode: decodeLevels(digitLevels, ELEMENTS),
  encode(x, from, bytes, at) {
    writeHalf(bytes, at + 52, ternaryCodes(x, from));
    let next = 0;
    for (const {from: begin, bytes: count, digits} of RUNS) {
      for (let j = 0; j < count; j++) {
        let number = 0;
        // A fifth digit that is not there counts as 0 at the end.
        for (let n = 0; n < 5; n++) number = 3 * number + (n < digits ? codes[next + n * count + j] : 0);
        bytes[at + begin + j] = Math.ceil((number * 256) / 243);
      }
      next += digits * count;
    }
  },
};
