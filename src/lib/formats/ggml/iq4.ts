/** Codes into sixteen levels that lie closer about zero. */
import {
  type BlockLevels,
  clamp,
  decodeLevels,
  type GgmlBlock,
  half,
  type Importance,
  inverse,
  largestAt,
  nearestInt,
  sumOfSquares,
  writeHalf,
} from "./block.js";
import {LEAST_MAGNITUDE} from "./search.js";
import {weighByImportance, weighBySquare} from "./weights.js";

const {fround, abs} = Math;

/** The levels of IQ4_NL and IQ4_XS by their codes. */
export const IQ4_LEVELS: readonly number[] = [
  -127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113,
];

/** Elements that share a scale. */
const SIZE = 32;
const weights = new Float32Array(SIZE);
const codes = new Uint8Array(256);
const scales = new Float32Array(8);

/** The code of the level nearest to v; midway the upper one. */
function nearestLevel(v: number): number {
  let code = 0;
  // Distances are float32: of two levels the lower wins only if it is really nearer.
  while (code < 15 && !(fround(v - IQ4_LEVELS[code]) < fround(IQ4_LEVELS[code + 1] - v))) code++;
  return code;
}

const sums = {product: 0, square: 0};

/** Sums of w q x and of w q q over the levels q nearest to x times `factor`. */
function levelSums(x: Float32Array, from: number, factor: number) {
  let product = 0;
  let square = 0;
  for (let j = 0; j < SIZE; j++) {
    const value = x[from + j];
    const q = IQ4_LEVELS[nearestLevel(fround(factor * value))];
    const weighed = fround(weights[j] * q);
    product = fround(product + fround(weighed * value));
    square = fround(square + fround(weighed * q));
  }
  sums.product = product;
  sums.square = square;
  return sums;
}

/** Writes codes of 32 elements for the factor 1 / scale. */
function codeLevels(x: Float32Array, from: number, factor: number, to: number): void {
  for (let j = 0; j < SIZE; j++) codes[to + j] = nearestLevel(fround(factor * x[from + j]));
}

/**
 * The scale of 32 elements whose codes fit best by weighed least squares: that which takes the extreme element to -127 (or,
 * as the search begins, to 127), then scales that take it to the integers within `tries` of -127.
 */
function levelScale(x: Float32Array, from: number, tries: number): number {
  const at = largestAt(x, from, SIZE);
  if (at < 0 || abs(x[at]) < LEAST_MAGNITUDE) return 0;
  const extreme = x[at];
  const start = fround(1 / fround(extreme / (tries > 0 ? 127 : -127)));
  let {product, square} = levelSums(x, from, start);
  let scale = square > 0 ? fround(product / square) : 0;
  let best = fround(scale * product);
  for (let n = -tries; n <= tries; n++) {
    ({product, square} = levelSums(x, from, fround((n - 127) / extreme)));
    if (square > 0 && fround(product * product) > fround(best * square)) {
      scale = fround(product / square);
      best = fround(scale * product);
    }
  }
  return scale;
}

/** The weights of 32 elements `offset` into a block with `elements` of them. */
function weigh(
  x: Float32Array,
  from: number,
  offset: number,
  elements: number,
  importance: Importance | null,
): void {
  if (importance) {
    const common = fround(sumOfSquares(x, from, elements) * fround(2 / elements));
    weighByImportance(importance, offset, common, x, from + offset, SIZE, weights);
  } else weighBySquare(x, from + offset, SIZE, weights);
}

/** Byte j holds element j (low) and element j + 16 (high). */
function writeCodes(bytes: Uint8Array, at: number, first: number): void {
  for (let j = 0; j < 16; j++) bytes[at + j] = codes[first + j] | (codes[first + j + 16] << 4);
}

function readCodes(bytes: Uint8Array, at: number, levels: Int8Array, to: number): void {
  for (let j = 0; j < 16; j++) {
    levels[to + j] = IQ4_LEVELS[bytes[at + j] & 15];
    levels[to + j + 16] = IQ4_LEVELS[bytes[at + j] >> 4];
  }
}

const SHARED = {family: "codebook", codebook: {bits: 4, values: IQ4_LEVELS}, weighsErrors: true} as const;

/** Scales about the extreme element's that are tried on each side. */
const TRIES = 7;

const nlLevels: BlockLevels = {
  size: SIZE,
  read(bytes, at, {levels, scales}, to) {
    scales[to / SIZE] = half(bytes, at);
    readCodes(bytes, at + 2, levels, to);
  },
};

/** Blocks of 32 with one scale. */
export const iq4_nl: GgmlBlock = {
  ...SHARED,
  id: "iq4_nl",
  elements: 32,
  bytes: 18,
  convention: "16 levels, block 32, f16 scale, searched",
  levels: nlLevels,
  decode: decodeLevels(nlLevels, SIZE),
  encode(x, from, bytes, at, importance) {
    weigh(x, from, 0, 32, importance);
    const scale = levelScale(x, from, TRIES);
    writeHalf(bytes, at, scale);
    codeLevels(x, from, inverse(scale), 0);
    writeCodes(bytes, at + 2, 0);
  },
};

/**
 * {@link iq4_nl} as ggml's `_ref` function packs it, without the search: the codes are those of the scale that takes the
 * extreme element to -127, while the scale that is stored fits them better.
 */
export const iq4_nl_ref: GgmlBlock = {
  ...iq4_nl,
  convention: "16 levels, block 32, f16 scale by one least squares fit",
  weighsErrors: false,
  encode(x, from, bytes, at) {
    weigh(x, from, 0, 32, null);
    const largest = largestAt(x, from, SIZE);
    const scale = levelScale(x, from, -1);
    writeHalf(bytes, at, scale);
    codeLevels(x, from, scale === 0 ? 0 : fround(1 / fround(x[largest] / -127)), 0);
    writeCodes(bytes, at + 2, 0);
  },
};

const xsLevels: BlockLevels = {
  size: SIZE,
  read(bytes, at, {levels, scales}, to) {
    const d = half(bytes, at);
    const highs = bytes[at + 2] | (bytes[at + 3] << 8);
    for (let block = 0; block < 8; block++) {
      const low = (bytes[at + 4 + (block >> 1)] >> (4 * (block & 1))) & 15;
      scales[to / SIZE + block] = d * ((low | (((highs >> (2 * block)) & 3) << 4)) - 32);
      readCodes(bytes, at + 8 + 16 * block, levels, to + SIZE * block);
    }
  },
};

/** Super-blocks of 256; the scale of each 32 is a signed 6-bit code. */
export const iq4_xs: GgmlBlock = {
  ...SHARED,
  id: "iq4_xs",
  elements: 256,
  bytes: 136,
  convention: "16 levels, signed 6-bit scale per 32, f16 scale per 256, searched",
  levels: xsLevels,
  decode: decodeLevels(xsLevels, 256),
  encode(x, from, bytes, at, importance) {
    let extreme = 0;
    for (let block = 0; block < 8; block++) {
      weigh(x, from, SIZE * block, 256, importance);
      scales[block] = levelScale(x, from + SIZE * block, TRIES);
      if (abs(scales[block]) > abs(extreme)) extreme = scales[block];
    }
    const d = fround(-extreme / 32);
    const factor = inverse(d);
    writeHalf(bytes, at, d);
    for (let block = 0; block < 8; block++) {
      const code = clamp(nearestInt(factor * scales[block]), -32, 31);
      codeLevels(x, from + SIZE * block, inverse(fround(d * code)), SIZE * block);
      writeCodes(bytes, at + 8 + 16 * block, SIZE * block);
      bytes[at + 4 + (block >> 1)] |= ((code + 32) & 15) << (4 * (block & 1));
      bytes[at + 2 + (block >> 2)] |= ((code + 32) >> 4) << (2 * (block & 3));
    }
  },
};
