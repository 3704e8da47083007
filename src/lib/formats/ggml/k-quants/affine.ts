/** Q2_K, Q4_K and Q5_K: codes above a minimum; scale and minimum of each sub-block are codes themselves. */
import {
  type BlockLevels,
  clamp,
  decodeLevels,
  type GgmlBlock,
  half,
  type Importance,
  meanSquare,
  nearestInt,
  sumOfSquares,
  writeHalf,
} from "../block.js";
import {
  type AffineSteps,
  affineSearch,
  positiveSearch,
  type ScaleAndMinimum,
  STEPS_BY_IMPORTANCE,
} from "../search.js";
import {weighByImportance, weightSum} from "../weights.js";
import {
  ELEMENTS,
  fourBits,
  highBit,
  sixBitMinimum,
  sixBitScale,
  twoBits,
  writeFourBits,
  writeHighBit,
  writeSixBits,
  writeTwoBits,
} from "./layout.js";

const {fround, sqrt, abs} = Math;

/** How one of the three types searches. */
interface AffineKind {
  /** Elements of a sub-block. */
  readonly size: number;
  readonly highestCode: number;
  /** The largest code of a scale or a minimum. */
  readonly highestScale: number;
  /** The search without importance, and its weights. */
  readonly steps: AffineSteps;
  readonly weigh: (x: Float32Array, from: number) => void;
  /** With importance, mean squares of the super-block that are added to an element's own square. */
  readonly meanSquares: number;
}

const weights = new Float32Array(32);
const codes = new Uint8Array(ELEMENTS);
const scales = new Float32Array(16);
const minima = new Float32Array(16);
const weightSums = new Float32Array(16);
const scaleCodes = new Uint8Array(16);
const minimumCodes = new Uint8Array(16);
const found: ScaleAndMinimum = {scale: 0, minimum: 0};

/** Codes, scales and minima of all sub-blocks, each by its own search. */
function searchSubBlocks(
  kind: AffineKind,
  x: Float32Array,
  from: number,
  importance: Importance | null,
): void {
  const {size, highestCode} = kind;
  const common = importance
    ? fround(fround(kind.meanSquares * sumOfSquares(x, from, ELEMENTS)) / ELEMENTS)
    : 0;
  for (let block = 0; block < ELEMENTS / size; block++) {
    const first = block * size;
    if (importance) weighByImportance(importance, first, common, x, from + first, size, weights);
    else kind.weigh(x, from + first);
    weightSums[block] = weightSum(weights, size);
    const steps = importance ? STEPS_BY_IMPORTANCE : kind.steps;
    affineSearch(x, from + first, weights, size, highestCode, steps, codes, first, found);
    scales[block] = found.scale;
    minima[block] = found.minimum;
  }
}

/** Codes of the sub-blocks' scales (or minima), which are positive, and the factor that takes codes back to them. */
function codeScales(
  {size, highestScale}: AffineKind,
  values: Float32Array,
  importance: Importance | null,
  into: Uint8Array,
): number {
  const count = ELEMENTS / size;
  if (importance) return positiveSearch(values, weightSums, count, highestScale, into);
  let largest = 0;
  for (let i = 0; i < count; i++) if (values[i] > largest) largest = values[i];
  const factor = largest > 0 ? fround(highestScale / largest) : 0;
  for (let i = 0; i < count; i++) into[i] = Math.min(highestScale, nearestInt(factor * values[i]) & 255);
  return fround(largest / highestScale);
}

/** Codes of the elements once more, with the scales as they are stored; where a scale became 0 they stay. */
function recode(
  {size, highestCode}: AffineKind,
  x: Float32Array,
  from: number,
  d: number,
  dmin: number,
): void {
  for (let block = 0; block < ELEMENTS / size; block++) {
    const scale = fround(d * scaleCodes[block]);
    const minimum = fround(dmin * minimumCodes[block]);
    if (scale === 0) continue;
    for (let e = block * size; e < (block + 1) * size; e++) {
      codes[e] = clamp(nearestInt(fround(x[from + e] + minimum) / scale), 0, highestCode);
    }
  }
}

/** Fills {@link codes}, {@link scaleCodes} and {@link minimumCodes}; writes d at `bytes[at]` and dmin behind it. */
function encodeAffine(
  kind: AffineKind,
  x: Float32Array,
  from: number,
  importance: Importance | null,
  bytes: Uint8Array,
  at: number,
): void {
  searchSubBlocks(kind, x, from, importance);
  const d = writeHalf(bytes, at, codeScales(kind, scales, importance, scaleCodes));
  const dmin = writeHalf(bytes, at + 2, codeScales(kind, minima, importance, minimumCodes));
  recode(kind, x, from, d, dmin);
}

/** Magnitudes as weights: small elements are many, and errors count by magnitude too. */
function weighByMagnitude(x: Float32Array, from: number): void {
  for (let i = 0; i < 16; i++) weights[i] = abs(x[from + i]);
}

/** Magnitudes and the root of their mean square as weights. */
function weighAboutMean(x: Float32Array, from: number): void {
  const root = fround(sqrt(meanSquare(x, from, 32)));
  for (let i = 0; i < 32; i++) weights[i] = root + abs(x[from + i]);
}

const Q2: AffineKind = {
  size: 16,
  highestCode: 3,
  highestScale: 15,
  steps: {first: -0.5, step: 0.1, steps: 15, byMagnitude: true},
  weigh: weighByMagnitude,
  meanSquares: 1,
};

const Q4: AffineKind = {
  size: 32,
  highestCode: 15,
  highestScale: 63,
  steps: {first: -1, step: 0.1, steps: 20, byMagnitude: false},
  weigh: weighAboutMean,
  meanSquares: 2,
};

const Q5: AffineKind = {
  ...Q4,
  highestCode: 31,
  steps: {first: -0.5, step: 0.1, steps: 15, byMagnitude: false},
};

const SHARED = {elements: ELEMENTS, family: "int", weighsErrors: true} as const;
const integers = (bits: number) => ({bits, values: Array.from({length: 2 ** bits}, (_, code) => code)});
const conventionOf = (highest: number, size: number, bits: number) =>
  `integers 0 to ${highest} above a minimum, ${bits}-bit scale and minimum per ${size}, f16 scale and minimum per 256, searched`;

/** 2-bit codes; scale and minimum of each 16 are 4-bit codes. */
export const q2_K: GgmlBlock = {
  ...SHARED,
  id: "q2_K",
  bytes: 84,
  convention: conventionOf(3, 16, 4),
  codebook: integers(2),
  decode(bytes, at, values, to) {
    const d = half(bytes, at + 80);
    const dmin = half(bytes, at + 82);
    for (let block = 0; block < 16; block++) {
      const byte = bytes[at + block];
      const scale = fround(d * (byte & 15));
      const minimum = fround(dmin * (byte >> 4));
      for (let e = 16 * block; e < 16 * block + 16; e++) {
        values[to + e] = fround(scale * twoBits(bytes, at + 16, e)) - minimum;
      }
    }
  },
  encode(x, from, bytes, at, importance) {
    encodeAffine(Q2, x, from, importance, bytes, at + 80);
    for (let block = 0; block < 16; block++)
      bytes[at + block] = scaleCodes[block] | (minimumCodes[block] << 4);
    writeTwoBits(bytes, at + 16, codes);
  },
};

function writeSubBlockScales(bytes: Uint8Array, at: number): void {
  for (let block = 0; block < 8; block++) {
    writeSixBits(bytes, at, block, scaleCodes[block], minimumCodes[block]);
  }
}

const q4Levels: BlockLevels = {
  size: 32,
  hasOffsets: true,
  read(bytes, at, {levels, scales, offsets}, to) {
    const d = half(bytes, at);
    const dmin = half(bytes, at + 2);
    for (let block = 0; block < 8; block++) {
      scales[to / 32 + block] = d * sixBitScale(bytes, at + 4, block);
      offsets[to / 32 + block] = -dmin * sixBitMinimum(bytes, at + 4, block);
      const from = at + 16 + 32 * (block >> 1);
      const shift = 4 * (block & 1);
      const first = to + 32 * block;
      for (let i = 0; i < 32; i++) levels[first + i] = (bytes[from + i] >> shift) & 15;
    }
  },
};

/** 4-bit codes; scale and minimum of each 32 are 6-bit codes. */
export const q4_K: GgmlBlock = {
  ...SHARED,
  id: "q4_K",
  bytes: 144,
  convention: conventionOf(15, 32, 6),
  codebook: integers(4),
  levels: q4Levels,
  decode: decodeLevels(q4Levels, ELEMENTS),
  encode(x, from, bytes, at, importance) {
    encodeAffine(Q4, x, from, importance, bytes, at);
    writeSubBlockScales(bytes, at + 4);
    writeFourBits(bytes, at + 16, codes);
  },
};

/** 5-bit codes; scale and minimum of each 32 are 6-bit codes. */
export const q5_K: GgmlBlock = {
  ...SHARED,
  id: "q5_K",
  bytes: 176,
  convention: conventionOf(31, 32, 6),
  codebook: integers(5),
  decode(bytes, at, values, to) {
    const d = half(bytes, at);
    const dmin = half(bytes, at + 2);
    for (let block = 0; block < 8; block++) {
      const scale = fround(d * sixBitScale(bytes, at + 4, block));
      const minimum = fround(dmin * sixBitMinimum(bytes, at + 4, block));
      for (let e = 32 * block; e < 32 * block + 32; e++) {
        const code = fourBits(bytes, at + 48, e) | (highBit(bytes, at + 16, e) << 4);
        values[to + e] = fround(scale * code) - minimum;
      }
    }
  },
  encode(x, from, bytes, at, importance) {
    encodeAffine(Q5, x, from, importance, bytes, at);
    writeSubBlockScales(bytes, at + 4);
    writeHighBit(bytes, at + 16, codes, 4);
    writeFourBits(bytes, at + 48, codes);
  },
};
