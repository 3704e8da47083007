/** K-quants: super-blocks of 256 in sub-blocks whose scales are codes themselves. */
import {type GgmlBlock, half, signed} from "./block.js";

const ELEMENTS = 256;
const {fround} = Math;

/** Writes sub-blocks one after the other: (d sc) q - (dmin m), each of `size` elements. */
function writeSubBlocks(
  values: Float32Array,
  to: number,
  size: number,
  factors: (block: number) => readonly [scale: number, minimum: number],
  code: (element: number) => number,
): void {
  for (let block = 0; block < ELEMENTS / size; block++) {
    const [scale, minimum] = factors(block);
    for (let e = block * size; e < (block + 1) * size; e++) {
      values[to + e] = fround(scale * code(e)) - minimum;
    }
  }
}

/** The 2-bit codes of Q2_K and Q3_K: element e at bit 2 (e / 32 mod 4) of byte 32 (e / 128) + e mod 32. */
const twoBits = (bytes: Uint8Array, at: number, e: number) =>
  (bytes[at + 32 * (e >> 7) + (e & 31)] >> (2 * ((e >> 5) & 3))) & 3;

/** The 4-bit codes of Q4_K and Q5_K: for each 64 elements 32 bytes, the first 32 in the low nibbles. */
const fourBits = (bytes: Uint8Array, at: number, e: number) =>
  (bytes[at + 32 * (e >> 6) + (e & 31)] >> (e & 32 ? 4 : 0)) & 15;

/** 6-bit scale and minimum of sub-block j in the 12 bytes of Q4_K and Q5_K. */
function sixBits(bytes: Uint8Array, at: number, j: number): readonly [scale: number, minimum: number] {
  if (j < 4) return [bytes[at + j] & 63, bytes[at + j + 4] & 63];
  const low = bytes[at + j + 4];
  return [(low & 15) | ((bytes[at + j - 4] >> 6) << 4), (low >> 4) | ((bytes[at + j] >> 6) << 4)];
}

/** 2-bit codes; scale and minimum of each 16 are 4-bit codes. */
export const q2_K: GgmlBlock = {
  id: "q2_K",
  elements: ELEMENTS,
  bytes: 84,
  decode(bytes, at, values, to) {
    const [d, dmin] = [half(bytes, at + 80), half(bytes, at + 82)];
    const factors = (block: number) => {
      const byte = bytes[at + block];
      return [fround(d * (byte & 15)), fround(dmin * (byte >> 4))] as const;
    };
    writeSubBlocks(values, to, 16, factors, (e) => twoBits(bytes, at + 16, e));
  },
};

/** 3-bit signed codes; the scale of each 16 is a signed 6-bit code. */
export const q3_K: GgmlBlock = {
  id: "q3_K",
  elements: ELEMENTS,
  bytes: 110,
  decode(bytes, at, values, to) {
    const d = half(bytes, at + 108);
    const factors = (block: number) => [fround(d * (scaleOfQ3(bytes, at + 96, block) - 32)), 0] as const;
    writeSubBlocks(values, to, 16, factors, (e) => {
      const high = (bytes[at + (e & 31)] >> (e >> 5)) & 1;
      return twoBits(bytes, at + 32, e) - (high === 1 ? 0 : 4);
    });
  },
};

/** Low four bits in byte j mod 8 (the high nibble from j = 8 on), top two at bit 2 (j / 4) of byte 8 + j mod 4. */
function scaleOfQ3(bytes: Uint8Array, at: number, j: number): number {
  const low = (bytes[at + (j & 7)] >> (j < 8 ? 0 : 4)) & 15;
  return low | (((bytes[at + 8 + (j & 3)] >> (2 * (j >> 2))) & 3) << 4);
}

/** 4-bit codes; scale and minimum of each 32 are 6-bit codes. */
export const q4_K: GgmlBlock = {
  id: "q4_K",
  elements: ELEMENTS,
  bytes: 144,
  decode(bytes, at, values, to) {
    writeSubBlocks(values, to, 32, factorsOf(bytes, at), (e) => fourBits(bytes, at + 16, e));
  },
};

/** 5-bit codes; scale and minimum of each 32 are 6-bit codes. The fifth bit of element e is bit e / 32 of byte e mod 32. */
export const q5_K: GgmlBlock = {
  id: "q5_K",
  elements: ELEMENTS,
  bytes: 176,
  decode(bytes, at, values, to) {
    writeSubBlocks(values, to, 32, factorsOf(bytes, at), (e) => {
      const high = (bytes[at + 16 + (e & 31)] >> (e >> 5)) & 1;
      return fourBits(bytes, at + 48, e) | (high << 4);
    });
  },
};

/** Scale and minimum of a sub-block of Q4_K or Q5_K: d, dmin and twelve bytes lead the block. */
function factorsOf(bytes: Uint8Array, at: number) {
  const [d, dmin] = [half(bytes, at), half(bytes, at + 2)];
  return (block: number): readonly [number, number] => {
    const [scale, minimum] = sixBits(bytes, at + 4, block);
    return [fround(d * scale), fround(dmin * minimum)];
  };
}

/** 6-bit signed codes; the scale of each 16 is a signed byte. */
export const q6_K: GgmlBlock = {
  id: "q6_K",
  elements: ELEMENTS,
  bytes: 210,
  decode(bytes, at, values, to) {
    const d = half(bytes, at + 208);
    const factors = (block: number) => [fround(d * signed(bytes[at + 192 + block])), 0] as const;
    writeSubBlocks(values, to, 16, factors, (e) => {
      const low = (bytes[at + 64 * (e >> 7) + (e & 63)] >> (e & 64 ? 4 : 0)) & 15;
      const high = (bytes[at + 128 + 32 * (e >> 7) + (e & 31)] >> (2 * ((e >> 5) & 3))) & 3;
      return (low | (high << 4)) - 32;
    });
  },
};
