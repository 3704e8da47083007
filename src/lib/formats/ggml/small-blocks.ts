/** Blocks of 32 with one scale. Byte j of the nibbles holds element j (low) and element j + 16 (high). */
import {intElement} from "../element.js";
import type {Codebook} from "../format.js";
import {
  type BlockLevels,
  decodeLevels,
  type GgmlBlock,
  half,
  type Importance,
  inverse,
  largestAt,
  roundAway,
  writeHalf,
} from "./block.js";
import {affineSearch, type ScaleAndMinimum, STEPS_BY_IMPORTANCE, signedSearch} from "./search.js";
import {weighByImportance} from "./weights.js";

const ELEMENTS = 32;
const {fround, min} = Math;

/** What the types of this file share. */
const SHARED = {elements: ELEMENTS, family: "int"} as const;

const codes = new Uint8Array(ELEMENTS);
const weights = new Float32Array(ELEMENTS);
const found: ScaleAndMinimum = {scale: 0, minimum: 0};

/** The integers from `lowest` on as values of codes of `bits` bits. */
const integers = (bits: number, lowest: number): Codebook => ({
  bits,
  values: Array.from({length: 2 ** bits}, (_, code) => code + lowest),
});

function weigh(x: Float32Array, from: number, importance: Importance): void {
  weighByImportance(importance, 0, importance.meanSquare, x, from, ELEMENTS, weights);
}

/** Codes 0 to 2 levels - 1 about a zero at `levels`: d takes the extreme element to code 0. Gives d. */
function signedCodes(x: Float32Array, from: number, levels: number, importance: Importance | null): number {
  if (importance) {
    weigh(x, from, importance);
    return signedSearch(x, from, weights, ELEMENTS, levels, codes, 0);
  }
  const at = largestAt(x, from, ELEMENTS);
  // Zeros have the scale 0 / -levels, which is a negative zero.
  const d = at < 0 ? -0 : fround(x[at] / -levels);
  const factor = inverse(d);
  for (let j = 0; j < ELEMENTS; j++) {
    codes[j] = min(2 * levels - 1, truncated(fround(x[from + j] * factor) + (levels + 0.5)));
  }
  return d;
}

/** Codes 0 to `highest` above a minimum, into {@link found}. */
function affineCodes(x: Float32Array, from: number, highest: number, importance: Importance | null): void {
  if (importance) {
    weigh(x, from, importance);
    affineSearch(x, from, weights, ELEMENTS, highest, STEPS_BY_IMPORTANCE, codes, 0, found);
    return;
  }
  let low = x[from];
  let high = x[from];
  for (let i = from; i < from + ELEMENTS; i++) {
    if (x[i] < low) low = x[i];
    if (x[i] > high) high = x[i];
  }
  const d = fround(fround(high - low) / highest);
  const factor = inverse(d);
  for (let j = 0; j < ELEMENTS; j++) {
    codes[j] = min(highest, truncated(fround(fround(x[from + j] - low) * factor) + 0.5));
  }
  found.scale = d;
  found.minimum = -low;
}

/** The float32 sum `v`, cut to an integer and to a signed byte as C does. */
const truncated = (v: number): number => (fround(v) << 24) >> 24;

function writeNibbles(bytes: Uint8Array, at: number): void {
  for (let j = 0; j < ELEMENTS / 2; j++) bytes[at + j] = (codes[j] & 15) | (codes[j + ELEMENTS / 2] << 4);
}

/** The fifth bits of a block: bit j is element j's. */
function writeHighBits(bytes: Uint8Array, at: number): void {
  for (let j = 0; j < ELEMENTS; j++) bytes[at + (j >> 3)] |= (codes[j] >> 4) << (j & 7);
}

function highBits(bytes: Uint8Array, at: number): number {
  return bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24);
}

const q4Levels: BlockLevels = {
  size: ELEMENTS,
  read(bytes, at, {levels, scales}, to) {
    scales[to / ELEMENTS] = half(bytes, at);
    for (let j = 0; j < ELEMENTS / 2; j++) {
      const byte = bytes[at + 2 + j];
      levels[to + j] = (byte & 15) - 8;
      levels[to + j + 16] = (byte >> 4) - 8;
    }
  },
};

/** 4-bit codes: (q - 8) d. */
export const q4_0: GgmlBlock = {
  ...SHARED,
  id: "q4_0",
  bytes: 18,
  convention: "integers -8 to 7, block 32, f16 scale that takes the extreme element to -8",
  codebook: integers(4, -8),
  weighsErrors: true,
  levels: q4Levels,
  decode: decodeLevels(q4Levels, ELEMENTS),
  encode(x, from, bytes, at, importance) {
    writeHalf(bytes, at, signedCodes(x, from, 8, importance));
    writeNibbles(bytes, at + 2);
  },
};

const q41Levels: BlockLevels = {
  size: ELEMENTS,
  hasOffsets: true,
  read(bytes, at, {levels, scales, offsets}, to) {
    scales[to / ELEMENTS] = half(bytes, at);
    offsets[to / ELEMENTS] = half(bytes, at + 2);
    for (let j = 0; j < ELEMENTS / 2; j++) {
      const byte = bytes[at + 4 + j];
      levels[to + j] = byte & 15;
      levels[to + j + 16] = byte >> 4;
    }
  },
};

/** 4-bit codes above a minimum: q d + m. */
export const q4_1: GgmlBlock = {
  ...SHARED,
  id: "q4_1",
  bytes: 20,
  convention: "integers 0 to 15, block 32, f16 scale and f16 minimum",
  codebook: integers(4, 0),
  weighsErrors: true,
  levels: q41Levels,
  decode: decodeLevels(q41Levels, ELEMENTS),
  encode(x, from, bytes, at, importance) {
    affineCodes(x, from, 15, importance);
    writeHalf(bytes, at, found.scale);
    writeHalf(bytes, at + 2, -found.minimum);
    writeNibbles(bytes, at + 4);
  },
};

/** 5-bit codes: (q - 16) d. */
export const q5_0: GgmlBlock = {
  ...SHARED,
  id: "q5_0",
  bytes: 22,
  convention: "integers -16 to 15, block 32, f16 scale that takes the extreme element to -16",
  codebook: integers(5, -16),
  weighsErrors: true,
  decode(bytes, at, values, to) {
    const d = half(bytes, at);
    const high = highBits(bytes, at + 2);
    for (let j = 0; j < ELEMENTS / 2; j++) {
      const byte = bytes[at + 6 + j];
      values[to + j] = (((byte & 15) | (((high >>> j) & 1) << 4)) - 16) * d;
      values[to + j + 16] = (((byte >> 4) | (((high >>> (j + 16)) & 1) << 4)) - 16) * d;
    }
  },
  encode(x, from, bytes, at, importance) {
    writeHalf(bytes, at, signedCodes(x, from, 16, importance));
    writeHighBits(bytes, at + 2);
    writeNibbles(bytes, at + 6);
  },
};

/** 5-bit codes above a minimum: q d + m. */
export const q5_1: GgmlBlock = {
  ...SHARED,
  id: "q5_1",
  bytes: 24,
  convention: "integers 0 to 31, block 32, f16 scale and f16 minimum",
  codebook: integers(5, 0),
  weighsErrors: true,
  decode(bytes, at, values, to) {
    const d = half(bytes, at);
    const m = half(bytes, at + 2);
    const high = highBits(bytes, at + 4);
    for (let j = 0; j < ELEMENTS / 2; j++) {
      const byte = bytes[at + 8 + j];
      values[to + j] = fround(((byte & 15) | (((high >>> j) & 1) << 4)) * d) + m;
      values[to + j + 16] = fround(((byte >> 4) | (((high >>> (j + 16)) & 1) << 4)) * d) + m;
    }
  },
  encode(x, from, bytes, at, importance) {
    affineCodes(x, from, 31, importance);
    writeHalf(bytes, at, found.scale);
    writeHalf(bytes, at + 2, -found.minimum);
    writeHighBits(bytes, at + 4);
    writeNibbles(bytes, at + 8);
  },
};

const q8Levels: BlockLevels = {
  size: ELEMENTS,
  read(bytes, at, {levels, scales}, to) {
    scales[to / ELEMENTS] = half(bytes, at);
    for (let j = 0; j < ELEMENTS; j++) levels[to + j] = bytes[at + 2 + j];
  },
};

/** Signed bytes: q d. */
export const q8_0: GgmlBlock = {
  ...SHARED,
  id: "q8_0",
  bytes: 34,
  convention: "integers -127 to 127, block 32, f16 scale amax / 127, half-away",
  codebook: intElement({bits: 8}),
  weighsErrors: false,
  levels: q8Levels,
  decode: decodeLevels(q8Levels, ELEMENTS),
  encode(x, from, bytes, at) {
    const largest = largestAt(x, from, ELEMENTS);
    const d = largest < 0 ? 0 : fround(Math.abs(x[largest]) / 127);
    const factor = inverse(d);
    writeHalf(bytes, at, d);
    for (let j = 0; j < ELEMENTS; j++) bytes[at + 2 + j] = roundAway(fround(x[from + j] * factor));
  },
};
