/**
 * Q2_K, Q4_K and Q5_K of ggml without importance, byte for byte as `formats/ggml/k-quants/affine.ts` packs them. Four
 * sub-blocks are searched at once, one a lane.
 */
import {halfBits, halfValue} from "../shared/half";
import {nearestCodes, nearestInt} from "../shared/nearest";
import {transpose4} from "../shared/transpose";
import {affineSearch4, LANES} from "./affine-search";

export {decodeQ2K, decodeQ3K, decodeQ4K, decodeQ5K, decodeQ6K} from "./decode";
export {encodeQ3K} from "./q3-k";
export {encodeQ6K} from "./q6-k";

/** Bytes of room that a call needs besides its input and output. */
export const ROOM: usize = 8192;

const ELEMENTS = 256;

/** Packs `blocks` super-blocks of 2-bit codes from `x` on into 84 bytes each; `room` has {@link ROOM} bytes. */
export function encodeQ2K(x: usize, blocks: i32, bytes: usize, room: usize): void {
  for (let n = 0; n < blocks; n++, x += 1024, bytes += 84) {
    search(x, 16, 3, -0.5, 15, true, room);
    codeScales(16, 15, bytes + 80, room);
    recode(x, 16, 3, bytes + 80, room);
    for (let j: usize = 0; j < 16; j++) {
      store<u8>(bytes + j, load<u8>(scaleCodes(room) + j) | (load<u8>(minimumCodes(room) + j) << 4));
    }
    writeTwoBits(bytes + 16, codesOf(room));
  }
}

/** Packs super-blocks of 4-bit codes into 144 bytes each. */
export function encodeQ4K(x: usize, blocks: i32, bytes: usize, room: usize): void {
  for (let n = 0; n < blocks; n++, x += 1024, bytes += 144) {
    search(x, 32, 15, -1, 20, false, room);
    codeScales(8, 63, bytes, room);
    recode(x, 32, 15, bytes, room);
    writeSixBits(bytes + 4, room);
    writeNibbles(bytes + 16, codesOf(room));
  }
}

/** Packs super-blocks of 5-bit codes into 176 bytes each. */
export function encodeQ5K(x: usize, blocks: i32, bytes: usize, room: usize): void {
  for (let n = 0; n < blocks; n++, x += 1024, bytes += 176) {
    search(x, 32, 31, -0.5, 15, false, room);
    codeScales(8, 63, bytes, room);
    recode(x, 32, 31, bytes, room);
    writeSixBits(bytes + 4, room);
    writeHighBits(bytes + 16, codesOf(room));
    writeNibbles(bytes + 48, codesOf(room));
  }
}

/** Places in the room: codes of the search for every four groups, trial codes, x and weights by lanes, then the small ones. */
function searched(room: usize): usize {
  return room;
}
function trialOf(room: usize): usize {
  return room + 4 * LANES;
}
function valuesOf(room: usize): usize {
  return room + 5 * LANES;
}
function weightsOf(room: usize): usize {
  return room + 6 * LANES;
}
function scalesOf(room: usize): usize {
  return room + 7 * LANES;
}
function minimaOf(room: usize): usize {
  return room + 7 * LANES + 64;
}
function resultOf(room: usize): usize {
  return room + 7 * LANES + 128;
}
function scaleCodes(room: usize): usize {
  return room + 7 * LANES + 160;
}
function minimumCodes(room: usize): usize {
  return room + 7 * LANES + 176;
}
function codesOf(room: usize): usize {
  return room + 8 * LANES;
}

/** Scales and minima of all sub-blocks of `size` elements, and their codes by lanes. */
function search(
  x: usize,
  size: i32,
  highest: f32,
  first: f32,
  steps: i32,
  byMagnitude: bool,
  room: usize,
): void {
  const groups = ELEMENTS / size;
  for (let group = 0; group < groups; group += 4) {
    byLanes(x + ((group * size) << 2), size, valuesOf(room));
    if (byMagnitude) weighByMagnitude(size, room);
    else weighAboutMean(size, room);
    const codes = searched(room) + <usize>(group >> 2) * LANES;
    affineSearch4(
      valuesOf(room),
      weightsOf(room),
      size,
      highest,
      first,
      0.1,
      steps,
      byMagnitude,
      codes,
      trialOf(room),
      resultOf(room),
    );
    v128.store(scalesOf(room) + (group << 2), v128.load(resultOf(room)));
    v128.store(minimaOf(room) + (group << 2), v128.load(resultOf(room), 16));
  }
}

/** Four groups of `size` floats, one after the other, to vectors of one element of each. */
function byLanes(x: usize, size: i32, to: usize): void {
  const stride = (<usize>size) << 2;
  for (let i: usize = 0; i < stride; i += 16) {
    transpose4(x + i, stride, to + 4 * i, 16);
  }
}

function weighByMagnitude(size: i32, room: usize): void {
  for (let i: usize = 0; i < (<usize>size) << 4; i += 16) {
    v128.store(weightsOf(room) + i, f32x4.abs(v128.load(valuesOf(room) + i)));
  }
}

function weighAboutMean(size: i32, room: usize): void {
  const end = (<usize>size) << 4;
  let sum = f32x4.splat(0);
  for (let i: usize = 0; i < end; i += 16) {
    const value = v128.load(valuesOf(room) + i);
    sum = f32x4.add(sum, f32x4.mul(value, value));
  }
  const root = f32x4.sqrt(f32x4.div(sum, f32x4.splat(<f32>size)));
  for (let i: usize = 0; i < end; i += 16) {
    v128.store(weightsOf(room) + i, f32x4.add(root, f32x4.abs(v128.load(valuesOf(room) + i))));
  }
}

/** Codes of scales and minima, and at `at` d and dmin in half precision. */
function codeScales(groups: i32, highest: i32, at: usize, room: usize): void {
  store<u16>(at, halfBits(codePositive(scalesOf(room), groups, highest, scaleCodes(room))));
  store<u16>(at, halfBits(codePositive(minimaOf(room), groups, highest, minimumCodes(room))), 2);
}

function codePositive(values: usize, groups: i32, highest: i32, codes: usize): f32 {
  let largest: f32 = 0;
  for (let j = 0; j < groups; j++) {
    const value = load<f32>(values + (j << 2));
    if (value > largest) largest = value;
  }
  const factor: f32 = largest > 0 ? <f32>highest / largest : 0;
  for (let j = 0; j < groups; j++) {
    store<u8>(codes + j, min(highest, nearestInt(factor * load<f32>(values + (j << 2))) & 255));
  }
  return largest / <f32>highest;
}

/** Codes of all elements as bytes, by the scales as stored; where a scale is 0, those of the search. */
function recode(x: usize, size: i32, highest: i32, at: usize, room: usize): void {
  const d = halfValue(load<u16>(at));
  const dmin = halfValue(load<u16>(at, 2));
  const limit = i32x4.splat(0x400000 + highest);
  const groups = ELEMENTS / size;
  for (let group = 0; group < groups; group++) {
    const scale = d * <f32>load<u8>(scaleCodes(room) + group);
    const minimum = f32x4.splat(dmin * <f32>load<u8>(minimumCodes(room) + group));
    const to = codesOf(room) + group * size;
    if (scale === 0) {
      const from = searched(room) + <usize>(group >> 2) * LANES + ((group & 3) << 2);
      for (let i = 0; i < size; i++) store<u8>(to + i, <u8>load<f32>(from + (i << 4)));
      continue;
    }
    const from = x + ((group * size) << 2);
    for (let i = 0; i < size; i += 16) store16(to + i, from + (i << 2), minimum, f32x4.splat(scale), limit);
  }
}

/** Sixteen codes as bytes. */
function store16(to: usize, x: usize, minimum: v128, scale: v128, limit: v128): void {
  const low = i16x8.narrow_i32x4_s(codesAt(x, minimum, scale, limit), codesAt(x + 16, minimum, scale, limit));
  const high = i16x8.narrow_i32x4_s(
    codesAt(x + 32, minimum, scale, limit),
    codesAt(x + 48, minimum, scale, limit),
  );
  v128.store(to, i8x16.narrow_i16x8_u(low, high));
}

function codesAt(x: usize, minimum: v128, scale: v128, limit: v128): v128 {
  const v = f32x4.div(f32x4.add(v128.load(x), minimum), scale);
  return i32x4.trunc_sat_f32x4_s(nearestCodes(v, limit));
}

function writeSixBits(at: usize, room: usize): void {
  for (let j: usize = 0; j < 4; j++) {
    const scale = load<u8>(scaleCodes(room) + j + 4);
    const minimum = load<u8>(minimumCodes(room) + j + 4);
    store<u8>(at + j, load<u8>(scaleCodes(room) + j) | ((scale >> 4) << 6));
    store<u8>(at + j + 4, load<u8>(minimumCodes(room) + j) | ((minimum >> 4) << 6));
    store<u8>(at + j + 8, (scale & 15) | ((minimum & 15) << 4));
  }
}

/** The low four bits of 256 codes: for each 64 elements 32 bytes, the first 32 in the low nibbles. */
function writeNibbles(at: usize, codes: usize): void {
  const nibble = i8x16.splat(15);
  for (let block: usize = 0; block < 4; block++) {
    for (let i: usize = 0; i < 32; i += 16) {
      const low = v128.and(v128.load(codes + 64 * block + i), nibble);
      const high = i8x16.shl(v128.load(codes + 64 * block + 32 + i), 4);
      v128.store(at + 32 * block + i, v128.or(low, high));
    }
  }
}

/** The fifth bits: that of element e is bit e / 32 of byte e mod 32. */
function writeHighBits(at: usize, codes: usize): void {
  for (let i: usize = 0; i < 32; i += 16) {
    let bits = i8x16.splat(0);
    for (let block = 0; block < 8; block++) {
      const high = i8x16.shr_u(v128.load(codes + 32 * block + i), 4);
      bits = v128.or(bits, i8x16.shl(high, block));
    }
    v128.store(at + i, bits);
  }
}

/** The 2-bit codes: element e at bit 2 (e / 32 mod 4) of byte 32 (e / 128) + e mod 32. */
function writeTwoBits(at: usize, codes: usize): void {
  for (let half: usize = 0; half < 2; half++) {
    for (let i: usize = 0; i < 32; i += 16) {
      let bits = i8x16.splat(0);
      for (let run = 0; run < 4; run++) {
        bits = v128.or(bits, i8x16.shl(v128.load(codes + 128 * half + 32 * run + i), 2 * run));
      }
      v128.store(at + 32 * half + i, bits);
    }
  }
}
