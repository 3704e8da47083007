/** Q3_K and Q6_K: signed codes without a minimum; the scale of each 16 is a code itself. */
import {
  clamp,
  type GgmlBlock,
  half,
  type Importance,
  nearestInt,
  signed,
  sumOfSquares,
  writeHalf,
} from "../block.js";
import {LEAST_MAGNITUDE, signedSearch, sweepSearch} from "../search.js";
import {weighByImportance, weighBySquare, weightSum} from "../weights.js";
import {
  ELEMENTS,
  highBit,
  threeKScale,
  twoBits,
  writeHighBit,
  writeThreeKScale,
  writeTwoBits,
} from "./layout.js";

const {fround, abs} = Math;

/** Elements of a sub-block, and sub-blocks of a super-block. */
const SIZE = 16;

const weights = new Float32Array(SIZE);
const codes = new Uint8Array(ELEMENTS);
const scales = new Float32Array(SIZE);
const weightSums = new Float32Array(SIZE);
const scaleCodes = new Uint8Array(SIZE);

/** The scale of the largest magnitude, the first of several; 0 where all are. */
function extremeScale(): number {
  let extreme = 0;
  for (const scale of scales) if (abs(scale) > abs(extreme)) extreme = scale;
  return extreme;
}

/** Codes of a sub-block once more, with its scale as it is stored: from -levels to levels - 1, written + levels. */
function recode(x: Float32Array, from: number, block: number, scale: number, levels: number): void {
  if (scale === 0) return;
  for (let e = SIZE * block; e < SIZE * block + SIZE; e++) {
    codes[e] = clamp(nearestInt(x[from + e] / scale), -levels, levels - 1) + levels;
  }
}

/** Codes of the scales, 0 to 63 for -32 to 31, and their factor. */
function codeScalesOfQ3(): number {
  const extreme = extremeScale();
  if (extreme === 0) {
    scaleCodes.fill(0);
    return 0;
  }
  const factor = fround(-32 / extreme);
  for (let block = 0; block < SIZE; block++) {
    scaleCodes[block] = clamp(nearestInt(factor * scales[block]), -32, 31) + 32;
  }
  return fround(1 / factor);
}

function searchWithImportance(x: Float32Array, from: number, importance: Importance): number {
  const common = fround(fround(2 * sumOfSquares(x, from, ELEMENTS)) / ELEMENTS);
  for (let block = 0; block < SIZE; block++) {
    const first = SIZE * block;
    weighByImportance(importance, first, common, x, from + first, SIZE, weights);
    weightSums[block] = weightSum(weights, SIZE);
    scales[block] = signedSearch(x, from + first, weights, SIZE, 4, codes, first);
  }
  return signedSearch(scales, 0, weightSums, SIZE, 32, scaleCodes, 0);
}

function searchWithout(x: Float32Array, from: number): number {
  for (let block = 0; block < SIZE; block++) {
    scales[block] = sweepSearch(x, from + SIZE * block, SIZE, 4, codes, SIZE * block);
  }
  return codeScalesOfQ3();
}

const SHARED = {elements: ELEMENTS, family: "int", weighsErrors: true} as const;
const integers = (bits: number, lowest: number) => ({
  bits,
  values: Array.from({length: 2 ** bits}, (_, code) => code + lowest),
});

/** 3-bit signed codes; the scale of each 16 is a signed 6-bit code. */
export const q3_K: GgmlBlock = {
  ...SHARED,
  id: "q3_K",
  bytes: 110,
  convention: "integers -4 to 3, signed 6-bit scale per 16, f16 scale per 256, searched",
  codebook: integers(3, -4),
  decode(bytes, at, values, to) {
    const d = half(bytes, at + 108);
    for (let block = 0; block < SIZE; block++) {
      const scale = fround(d * (threeKScale(bytes, at + 96, block) - 32));
      for (let e = SIZE * block; e < SIZE * block + SIZE; e++) {
        values[to + e] = scale * (twoBits(bytes, at + 32, e) - 4 * (1 - highBit(bytes, at, e)));
      }
    }
  },
  encode(x, from, bytes, at, importance) {
    const factor = importance ? searchWithImportance(x, from, importance) : searchWithout(x, from);
    const d = writeHalf(bytes, at + 108, factor);
    for (let block = 0; block < SIZE; block++) {
      writeThreeKScale(bytes, at + 96, block, scaleCodes[block]);
      recode(x, from, block, fround(d * (scaleCodes[block] - 32)), 4);
    }
    writeHighBit(bytes, at, codes, 2);
    writeTwoBits(bytes, at + 32, codes);
  },
};

/** 6-bit signed codes; the scale of each 16 is a signed byte. */
export const q6_K: GgmlBlock = {
  ...SHARED,
  id: "q6_K",
  bytes: 210,
  convention: "integers -32 to 31, signed 8-bit scale per 16, f16 scale per 256, searched",
  codebook: integers(6, -32),
  decode(bytes, at, values, to) {
    const d = half(bytes, at + 208);
    for (let block = 0; block < SIZE; block++) {
      const scale = fround(d * signed(bytes[at + 192 + block]));
      for (let e = SIZE * block; e < SIZE * block + SIZE; e++) {
        const low = (bytes[at + 64 * (e >> 7) + (e & 63)] >> (e & 64 ? 4 : 0)) & 15;
        values[to + e] = scale * ((low | (twoBits(bytes, at + 128, e) << 4)) - 32);
      }
    }
  },
  encode(x, from, bytes, at, importance) {
    for (let block = 0; block < SIZE; block++) {
      const first = SIZE * block;
      // Importance stands alone here: an element's own square does not count beside it.
      if (importance) copyImportance(importance, first);
      else weighBySquare(x, from + first, SIZE, weights);
      scales[block] = signedSearch(x, from + first, weights, SIZE, 32, codes, first);
    }
    const extreme = extremeScale();
    if (abs(extreme) < LEAST_MAGNITUDE) return;
    const factor = fround(-128 / extreme);
    const d = writeHalf(bytes, at + 208, fround(1 / factor));
    for (let block = 0; block < SIZE; block++) {
      const scale = Math.min(127, nearestInt(factor * scales[block]));
      bytes[at + 192 + block] = scale;
      recode(x, from, block, fround(d * scale), 32);
    }
    writeSixBitCodes(bytes, at);
  },
};

function copyImportance({columns, first}: Importance, offset: number): void {
  for (let i = 0; i < SIZE; i++) weights[i] = columns[first + offset + i];
}

/** Low four bits: for each 128 elements 64 bytes, the first 64 in the low nibbles; high two bits as in Q2_K, behind them. */
function writeSixBitCodes(bytes: Uint8Array, at: number): void {
  for (let e = 0; e < ELEMENTS; e++) {
    bytes[at + 64 * (e >> 7) + (e & 63)] |= (codes[e] & 15) << (e & 64 ? 4 : 0);
    codes[e] >>= 4;
  }
  writeTwoBits(bytes, at + 128, codes);
}
