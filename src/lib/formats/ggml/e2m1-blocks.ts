/** E2M1 codes under scales of one byte: ggml's MXFP4 and NVFP4, whose rules are not those of OCP and NVIDIA. */
import {e2m1, ue4m3} from "../element.js";
import {type BlockLevels, decodeLevels, type GgmlBlock} from "./block.js";

const {fround, abs} = Math;
const VALUES = Float64Array.from(e2m1.values);

/** Midpoints of the magnitudes: a number at one takes the lower, and none takes the code of negative zero. */
const MIDPOINTS = [0.25, 0.75, 1.25, 1.75, 2.5, 3.5, 5] as const;

/** Beyond this many d the distances to two codes may be one float32 number. */
const FAR = 1024;

/** The code whose value times d is nearest to x. */
function nearestCode(x: number, d: number): number {
  const magnitude = abs(x);
  let code = 0;
  if (magnitude > FAR * d) code = firstNearest(magnitude, d);
  else while (code < 7 && magnitude > MIDPOINTS[code] * d) code++;
  return code > 0 && x < 0 ? code | 8 : code;
}

/** The first of the codes 0 to 7 with the least distance as float32 has it: that of zero where none can be told apart. */
function firstNearest(magnitude: number, d: number): number {
  let best = 0;
  for (let code = 1; code < 8; code++) {
    if (fround(magnitude - VALUES[code] * d) < fround(magnitude - VALUES[best] * d)) best = code;
  }
  return best;
}

/** Writes the codes of `count` elements: byte j holds element j (low) and element j + count / 2 (high). */
function writeCodes(
  x: Float32Array,
  from: number,
  count: number,
  d: number,
  bytes: Uint8Array,
  at: number,
): void {
  for (let j = 0; j < count / 2; j++) {
    bytes[at + j] = nearestCode(x[from + j], d) | (nearestCode(x[from + j + count / 2], d) << 4);
  }
}

/** Values of the codes in halves; the code of negative zero is a zero. */
const HALVES = Int8Array.from(VALUES, (value) => 2 * value);

function readCodes(bytes: Uint8Array, at: number, count: number, levels: Int8Array, to: number): void {
  for (let j = 0; j < count / 2; j++) {
    const byte = bytes[at + j];
    levels[to + j] = HALVES[byte & 15];
    levels[to + j + count / 2] = HALVES[byte >> 4];
  }
}

function largestMagnitude(x: Float32Array, from: number, count: number): number {
  let largest = 0;
  for (let i = from; i < from + count; i++) largest = Math.max(largest, abs(x[i]));
  return largest;
}

const mxLevels: BlockLevels = {
  size: 32,
  read(bytes, at, {levels, scales}, to) {
    scales[to / 32] = 2 ** (bytes[at] - 128);
    readCodes(bytes, at + 1, 32, levels, to);
  },
};

/** Blocks of 32 and a power of two, 2^(e - 127); unlike in OCP MX the byte 255 is no NaN. */
export const mxfp4: GgmlBlock = {
  id: "mxfp4",
  elements: 32,
  bytes: 17,
  family: "mx",
  convention: "E2M1 elements, block 32, E8M0 scale floor(log2f(amax)) - 2, half-to-zero, saturating",
  codebook: e2m1,
  weighsErrors: false,
  levels: mxLevels,
  decode: decodeLevels(mxLevels, 32),
  encode(x, from, bytes, at) {
    const largest = largestMagnitude(x, from, 32);
    // The float32 logarithm of a number just below a power of two is that power's, and a byte below 0 wraps.
    bytes[at] = largest > 0 ? Math.floor(fround(Math.log2(largest))) + 125 : 0;
    writeCodes(x, from, 32, 2 ** (bytes[at] - 127), bytes, at + 1);
  },
};

/** Elements that share a scale in NVFP4. */
const GROUP = 16;

const nvLevels: BlockLevels = {
  size: GROUP,
  read(bytes, at, {levels, scales}, to) {
    for (let group = 0; group < 4; group++) {
      scales[to / GROUP + group] = scaleOf(bytes[at + group]) / 2;
      readCodes(bytes, at + 4 + (group * GROUP) / 2, GROUP, levels, to + group * GROUP);
    }
  },
};

/** Four groups of 16, each with an unsigned E4M3 scale; there is no scale of the tensor inside. */
export const nvfp4: GgmlBlock = {
  id: "nvfp4",
  elements: 64,
  bytes: 36,
  family: "nvfp4",
  convention:
    "E2M1 elements, groups of 16 in blocks of 64, UE4M3 scale amax / 6, no tensor scale, half-to-zero",
  codebook: e2m1,
  weighsErrors: false,
  levels: nvLevels,
  decode: decodeLevels(nvLevels, 64),
  encode(x, from, bytes, at) {
    for (let group = 0; group < 4; group++) {
      const first = from + group * GROUP;
      const byte = scaleByte(fround(largestMagnitude(x, first, GROUP) / 6));
      bytes[at + group] = byte;
      writeCodes(x, first, GROUP, scaleOf(byte), bytes, at + 4 + (group * GROUP) / 2);
    }
  },
};

/** Neither 0 nor the code of NaN scales anything: both are worth zero here. */
function scaleOf(byte: number): number {
  return byte === 127 ? 0 : byte === 255 ? 480 : ue4m3.values[byte & 127];
}

/** Scales from 256 on all become the largest, 448. */
const CODE_OF_256 = 0x78;
const LARGEST_CODE = 0x7e;
const float32 = new Float32Array(1);
const float32Bits = new Int32Array(float32.buffer);

/** The scale as UE4M3, midway up: half a step of its 3 mantissa bits is added to the bits of the float32 number. */
function scaleByte(scale: number): number {
  if (scale < 2 ** -6) return Math.min(7, Math.floor(fround(scale * 512 + 0.5)));
  float32[0] = scale;
  const code = ((float32Bits[0] + 2 ** 19) >> 20) - (120 << 3);
  return code < CODE_OF_256 ? code : LARGEST_CODE;
}
