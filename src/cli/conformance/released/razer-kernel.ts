import {encodeValue} from "../../../lib/formats/cast.js";
import {e2m1, e3m3, f16} from "../../../lib/formats/element.js";
import {requireFinite} from "../../../lib/formats/groups.js";
import {packCodes, unpackCodes} from "../../../lib/formats/pack.js";
import {smallest} from "../../../lib/stats/extent.js";
import {matrixSize, type Tensor} from "../../../lib/tensor/tensor.js";

/**
 * Storage of scales in the authors' CUDA-core kernel: `fp16-flags` in blocks of 128, a float16 whose sign is that of the
 * special value and whose bit 14 holds its magnitude; `e3m3-byte` in blocks of 16, a byte of sign, magnitude, E3M3.
 * (RaZeR v2, inference code)
 */
export type KernelScaleFormat = "fp16-flags" | "e3m3-byte";

/** A weight matrix [N, K] as the kernel reads it. */
export interface KernelWeights {
  readonly rows: number;
  readonly columns: number;
  readonly scaleFormat: KernelScaleFormat;
  /** The two magnitudes of the special values, the one of flag 0 first. */
  readonly magnitudes: readonly [number, number];
  /** The stored 4-bit fields as [N, K], a byte each: 0 is the special value, 8 is zero, else E2M1. */
  readonly codes: Uint8Array;
  /** Float16 bits [N, K / 128], or scale bytes [N, K / 16]. */
  readonly scales: Uint16Array;
}

const SPECIAL_CODE = 0;
const ZERO_CODE = 8;
const FP16_MAGNITUDE_FLAG = 0x4000;
const FP16_SIGN = 0x8000;
const CODES_PER_WORD = 8;
/** The K values whose e3m3 scale bytes lie together, as two 32-bit words. */
const SCALE_TILE = 128;

const groupOf = (scaleFormat: KernelScaleFormat): number => (scaleFormat === "fp16-flags" ? 128 : 16);

interface GroupChoice {
  readonly codes: Uint8Array;
  readonly scale: number;
  readonly special: number;
}

/**
 * Quantizes W [N, K] for the kernel. Per block and special value, in order: scale amax / (largest level), nearest
 * codes, least-squares scale for these codes, nearest codes again; the strictly smallest squared error stays. E3M3
 * scales are snapped to the nearest of the 64 payloads and the codes chosen once more. No tensor scale, so small
 * weights lose much in `e3m3-byte`: the kernel's format, not the accurate one.
 * @param specials [a, b, -a, -b]: the magnitudes of flag 0 and flag 1, both signs.
 * @throws RangeError if W holds a NaN or infinity, K is no multiple of 128, specials have another pattern, or a
 * scale of `fp16-flags` is 2 or more, where bit 14 is taken.
 */
export function razerKernelQuantize(
  w: Tensor,
  scaleFormat: KernelScaleFormat,
  specials: readonly number[] = [5, 8, -5, -8],
): KernelWeights {
  requireFinite("razerKernelQuantize", w);
  const [a = 0, b = 0] = specials;
  if (!(a > 0 && b > 0) || specials.length !== 4 || specials[2] !== -a || specials[3] !== -b) {
    throw new RangeError(
      `razerKernelQuantize: specials must be [a, b, -a, -b] with positive a and b, got [${specials.join(", ")}]`,
    );
  }
  const {rows, columns} = matrixSize(w);
  requireTiles("razerKernelQuantize", columns);
  const group = groupOf(scaleFormat);
  const codes = new Uint8Array(w.data.length);
  const scales = new Uint16Array(w.data.length / group);
  for (let block = 0; block < scales.length; block++) {
    const start = block * group;
    const choice = searchGroup(w.data.subarray(start, start + group), specials);
    const stored = scaleFormat === "fp16-flags" ? fp16Flags(choice, a) : e3m3Byte(w.data, start, choice, a);
    codes.set(stored.codes, start);
    scales[block] = stored.scale;
  }
  return {rows, columns, scaleFormat, magnitudes: [a, b], codes, scales};
}

function requireTiles(where: string, columns: number): void {
  if (columns % SCALE_TILE !== 0) {
    throw new RangeError(`${where}: K must be a multiple of ${SCALE_TILE}, got ${columns}`);
  }
}

/** Index = code of the kernel: E2M1 with the special value at 0 and zero at 8. */
const levelsWith = (special: number): Float32Array =>
  Float32Array.from(e2m1.values, (value, code) =>
    code === SPECIAL_CODE ? special : code === ZERO_CODE ? 0 : value,
  );

function searchGroup(x: Float32Array, specials: readonly number[]): GroupChoice {
  const amax = x.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  let best: GroupChoice = {codes: new Uint8Array(x.length).fill(ZERO_CODE), scale: 1, special: specials[0]};
  if (amax === 0) return best;
  let least = Number.POSITIVE_INFINITY;
  for (const special of specials) {
    const levels = levelsWith(special);
    const largest = Math.max(e2m1.max, Math.abs(special));
    const rough = nearestCodes(x, levels, Math.fround(amax / largest));
    const scale = leastSquaresScale(x, levels, rough);
    const codes = nearestCodes(x, levels, scale);
    const error = squaredError(x, levels, codes, scale);
    if (error < least) {
      least = error;
      best = {codes, scale, special};
    }
  }
  return best;
}

/** The code of the level nearest to x; of several as near, the lowest code. */
function nearestCodes(x: Float32Array, levels: Float32Array, scale: number): Uint8Array {
  const values = levels.map((level) => level * scale);
  return Uint8Array.from(x, (value) => {
    let nearest = 0;
    for (let code = 1; code < values.length; code++) {
      if (Math.abs(value - values[code]) < Math.abs(value - values[nearest])) nearest = code;
    }
    return nearest;
  });
}

/** The scale with the smallest squared error for given codes, at least 1e-8. */
function leastSquaresScale(x: Float32Array, levels: Float32Array, codes: Uint8Array): number {
  let across = 0;
  let squares = 0;
  for (let i = 0; i < x.length; i++) {
    const level = levels[codes[i]];
    across += x[i] * level;
    squares += level * level;
  }
  return Math.fround(Math.max(Math.abs(across / squares), 1e-8));
}

function squaredError(x: Float32Array, levels: Float32Array, codes: Uint8Array, scale: number): number {
  return x.reduce(
    (sum, value, i) => sum + Math.fround(Math.fround(levels[codes[i]] * scale) - value) ** 2,
    0,
  );
}

interface StoredGroup {
  readonly codes: Uint8Array;
  readonly scale: number;
}

/** A negative special value negates the scale; all other codes flip their sign so that the product is the same. */
function fp16Flags({codes, scale, special}: GroupChoice, magnitudeOfFlag0: number): StoredGroup {
  const bits = encodeValue(f16, scale);
  if (bits >= FP16_MAGNITUDE_FLAG) {
    throw new RangeError(
      `razerKernelQuantize: scale must be below 2 where bit 14 of its float16 is a flag, got ${scale}. Divide the weights by a power of two.`,
    );
  }
  const flag = Math.abs(special) === magnitudeOfFlag0 ? 0 : FP16_MAGNITUDE_FLAG;
  if (special > 0) return {codes, scale: bits | flag};
  const flipped = codes.map((code) => (code === SPECIAL_CODE || code === ZERO_CODE ? code : code ^ 8));
  return {codes: flipped, scale: bits | flag | FP16_SIGN};
}

function e3m3Byte(
  w: Float32Array,
  start: number,
  {codes, scale, special}: GroupChoice,
  magnitudeOfFlag0: number,
): StoredGroup {
  const isZero = codes.every((code) => code === ZERO_CODE);
  const payload = nearestPayload(scale);
  const x = w.subarray(start, start + codes.length);
  const final = isZero ? codes : nearestCodes(x, levelsWith(special), e3m3.values[payload]);
  const sign = special < 0 ? 0x80 : 0;
  const flag = Math.abs(special) === magnitudeOfFlag0 ? 0 : 0x40;
  return {codes: final, scale: sign | flag | payload};
}

/** By absolute distance, the lower one of two as near. */
function nearestPayload(scale: number): number {
  const distances = e3m3.values.map((value) => Math.abs(value - scale));
  return distances.indexOf(smallest(distances));
}

/** 32-bit words [K / 8, N]: eight codes along K, the first in the lowest bits. */
export function kernelCodeWords({rows, columns, codes}: KernelWeights): Int32Array {
  const words = new Int32Array((rows * columns) / CODES_PER_WORD);
  for (let n = 0; n < rows; n++) {
    const packed = packCodes(codes.subarray(n * columns, (n + 1) * columns), 4);
    const view = new DataView(packed.buffer);
    for (let k = 0; k < columns / CODES_PER_WORD; k++) words[k * rows + n] = view.getInt32(4 * k, true);
  }
  return words;
}

/** The fields of {@link kernelCodeWords} as [N, K]. @throws RangeError if there are not N K / 8 words. */
export function kernelCodesFromWords(words: Int32Array, rows: number, columns: number): Uint8Array {
  if (words.length * CODES_PER_WORD !== rows * columns) {
    throw new RangeError(
      `kernelCodesFromWords: words must be ${(rows * columns) / CODES_PER_WORD} for [${rows}, ${columns}], got ${words.length}`,
    );
  }
  const codes = new Uint8Array(rows * columns);
  const bytes = new Uint8Array(columns / 2);
  const view = new DataView(bytes.buffer);
  for (let n = 0; n < rows; n++) {
    for (let k = 0; k < columns / CODES_PER_WORD; k++) view.setInt32(4 * k, words[k * rows + n], true);
    codes.set(unpackCodes(bytes, 4, columns), n * columns);
  }
  return codes;
}

/** Float16 scale bits in the kernel's order [K / 128, N]; its own inverse with rows and columns exchanged. */
export function transposedScales(scales: Uint16Array, rows: number): Uint16Array {
  const perRow = scales.length / rows;
  return scales.map((_, i) => scales[(i % rows) * perRow + Math.floor(i / rows)]);
}

/** E3M3 scale bytes as 32-bit words [K / 128, N, 2]: four bytes a word, the first lowest. */
export function kernelScaleWords({rows, columns, scales}: KernelWeights): Int32Array {
  requireTiles("kernelScaleWords", columns);
  const tiles = columns / SCALE_TILE;
  const bytes = Uint8Array.from(scales, (_, i) => {
    const [tile, n, byte] = [Math.floor(i / (8 * rows)), Math.floor(i / 8) % rows, i % 8];
    return scales[(n * tiles + tile) * 8 + byte];
  });
  const view = new DataView(bytes.buffer);
  return Int32Array.from({length: bytes.length / 4}, (_, i) => view.getInt32(4 * i, true));
}

/** The bytes [N, K / 16] of {@link kernelScaleWords}. */
export function kernelScaleBytesFromWords(words: Int32Array, rows: number): Uint16Array {
  const view = new DataView(new ArrayBuffer(4 * words.length));
  words.forEach((word, i) => {
    view.setInt32(4 * i, word, true);
  });
  const tiles = words.length / (2 * rows);
  return Uint16Array.from({length: 4 * words.length}, (_, i) => {
    const [n, tile, byte] = [Math.floor(i / (8 * tiles)), Math.floor(i / 8) % tiles, i % 8];
    return view.getUint8((tile * rows + n) * 8 + byte);
  });
}

/** The matrix [N, K] that the kernel multiplies with: value times scale, rounded once to float32. */
export function razerKernelDequantize(weights: KernelWeights): Tensor {
  const {rows, columns, scaleFormat, codes, scales} = weights;
  const group = groupOf(scaleFormat);
  const data = new Float32Array(codes.length);
  for (let block = 0; block < scales.length; block++) {
    const {scale, special} = decodeScale(weights, scales[block]);
    const levels = levelsWith(special);
    for (let i = block * group; i < (block + 1) * group; i++) data[i] = levels[codes[i]] * scale;
  }
  return {shape: [rows, columns], data};
}

function decodeScale(
  {scaleFormat, magnitudes}: KernelWeights,
  bits: number,
): {scale: number; special: number} {
  if (scaleFormat === "e3m3-byte") {
    const magnitude = magnitudes[(bits >> 6) & 1];
    return {scale: e3m3.values[bits & 63], special: bits & 0x80 ? -magnitude : magnitude};
  }
  const scale = f16.values[bits & ~(FP16_SIGN | FP16_MAGNITUDE_FLAG)];
  const special = magnitudes[bits & FP16_MAGNITUDE_FLAG ? 1 : 0];
  return {scale: bits & FP16_SIGN ? -scale : scale, special};
}
