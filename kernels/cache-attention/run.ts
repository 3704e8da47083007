/**
 * Unpacks keys or values of one head from a run of a cache: codes of 1 to 8 bits, halves or floats as a format packs them,
 * one after another without gaps, and the scales of their groups.
 */
import {halfValue} from "../shared/half";
import {transpose4} from "../shared/transpose";
import {eightPairs} from "../sparse-product/expand";
import {
  smallCodes,
  spreadCodes,
  storeBytes,
  storeHalves,
  storePlanes,
  storeSigned,
  storeSmall,
} from "./codes";

/** Fields of a run, four bytes each. */
const CODES: usize = 0;
const SCALES: usize = 4;
/** f16 numbers that are added to a group; 0 where there are none. */
const MINIMA: usize = 8;
/** A float for each page by which its scales are multiplied; 0 where there are none. */
const PAGE_SCALES: usize = 12;
/** Values of codes: up to 4 bits tables of 16, signed bytes or floats in four planes of bytes; else 256 floats. */
const TABLE: usize = 16;
/** Values of the 256 bytes of a scale; 0 where scales are no bytes. */
const SCALE_TABLE: usize = 20;
/** The group of every 16 numbers of a head of a token, [heads, chunks]; where lines are channels, groups of a line. */
const GROUPS: usize = 24;
/** Bits of a code; 16 are f16 and 32 are floats. */
const BITS: usize = 28;
/** Bytes of a scale, 0 where there is none. */
const SCALE_BYTES: usize = 32;
/** Bytes of the codes of a page, and scales of a page. */
const PAGE_CODES: usize = 36;
const PAGE_GROUPS: usize = 40;
/** Tokens of a page whose lines are channels; 0 where every token is a page of its own. */
const PAGE_TOKENS: usize = 44;
/** 1 where the highest bit of a scale's byte chooses the second table. */
const TWO_TABLES: usize = 48;
/** Another run, whose tokens are rows [rank, d] of each head; 0, or this run holds coefficients of them. */
const FACTOR: usize = 52;
const RANK: usize = 56;
/** Cosines and sines of each token of keys that are held before rotary, rows of `PAIRS`; 0 where they need none. */
const COS: usize = 60;
const SIN: usize = 64;
const PAIRS: usize = 68;
/** Numbers between the two of a pair: 1, or half of those that are rotated. */
const APART: usize = 72;
/**
 * Step of which values are multiples by signed bytes: those of the table up to 4 bits, the codes themselves with 8. 0 where
 * the table has floats.
 */
const STEP: usize = 76;
/** f16 numbers, one for each head of a token, that multiply all of its numbers; 0 where there are none. */
const FACTORS: usize = 80;
/** Heads of a token. */
const HEADS: usize = 84;
/** Codes of the groups' zeros, as many bits as a code; 0 where there are none. */
const ZEROS: usize = 88;
/** Numbers for each of which GROUPS has an entry, where lines are tokens: 16, or 8 of at most 4 bits. */
const PART: usize = 92;
/** A bit for each number of a page: 1 where CODES, bfloat16 then, have it, else it is 0. No bitmap where this is 0. */
const BITMAP: usize = 96;

/** Rows of the factor of a run; 0 where it has none. */
export function rankOf(run: usize): i32 {
  return load<usize>(run, FACTOR) === 0 ? 0 : load<i32>(run, RANK);
}

/** Unpacks the rows of a run's factor for a head. */
export function unpackFactor(run: usize, head: i32, d: i32, to: usize, room: usize): void {
  unpack(load<usize>(run, FACTOR), head, 0, 0, load<i32>(run, RANK), d, to, room);
}

/** Rotates tokens, those that `list` names or those from `first` on, which are the rows of a tile. */
export function rotate(run: usize, list: usize, first: i32, tokens: i32, row: usize, width: usize): void {
  if (load<usize>(run, COS) === 0) return;
  const pairs = load<i32>(run, PAIRS);
  const apart = load<usize>(run, APART) << 2;
  const step: usize = apart === 4 ? 8 : 4;
  for (let n = 0; n < tokens; n++, row += width) {
    const from = (<usize>(tokenAt(list, first, n) * pairs)) << 2;
    let cos = load<usize>(run, COS) + from;
    let sin = load<usize>(run, SIN) + from;
    for (let j = 0, at = row; j < pairs; j++, at += step, cos += 4, sin += 4) {
      const c = load<f32>(cos);
      const s = load<f32>(sin);
      const u = load<f32>(at);
      const v = load<f32>(at + apart);
      store<f32>(at, u * c - v * s);
      store<f32>(at + apart, v * c + u * s);
    }
  }
}

/** The n-th token of those that `list` names, or of those from `first` on. */
function tokenAt(list: usize, first: i32, n: i32): i32 {
  return list === 0 ? first + n : load<i32>(list + ((<usize>n) << 2));
}

/** Numbers that are unpacked together. */
const CHUNK: i32 = 16;

/** Unpacks `count` tokens of a head to rows of d floats: those that `list` names, or those from `first` on. */
export function unpack(
  run: usize,
  head: i32,
  list: usize,
  first: i32,
  count: i32,
  d: i32,
  to: usize,
  room: usize,
): void {
  if (load<usize>(run, BITMAP) !== 0) unpackBitmap(run, head, list, first, count, d, to);
  else if (load<i32>(run, PAGE_TOKENS) > 0) unpackChannels(run, head, list, first, count, d, to, room);
  else unpackTokens(run, head, list, first, count, d, to, room);
  if (load<usize>(run, FACTORS) !== 0) multiply(run, head, list, first, count, d, to);
}

/** Multiplies the numbers of each token by its factor. */
function multiply(run: usize, head: i32, list: usize, first: i32, count: i32, d: i32, row: usize): void {
  const factors = load<usize>(run, FACTORS) + ((<usize>head) << 1);
  const each = load<usize>(run, HEADS) << 1;
  const end = (<usize>d) << 2;
  for (let n = 0; n < count; n++, row += end) {
    const factor = f32x4.splat(halfValue(load<u16>(factors + <usize>tokenAt(list, first, n) * each)));
    for (let at = row; at < row + end; at += 16) v128.store(at, f32x4.mul(v128.load(at), factor));
  }
}

function unpackTokens(
  run: usize,
  head: i32,
  list: usize,
  first: i32,
  count: i32,
  d: i32,
  to: usize,
  room: usize,
): void {
  const bits = load<i32>(run, BITS);
  const codes = load<usize>(run, CODES);
  const pageCodes = load<i32>(run, PAGE_CODES);
  const headBits = head * d * bits;
  const shift = <u64>(headBits & 7);
  const chunkBytes = <usize>((CHUNK * bits) >> 3);
  const chunks = (d + CHUNK - 1) / CHUNK;
  const parts = CHUNK / load<i32>(run, PART);
  const groups = load<usize>(run, GROUPS) + ((<usize>(head * chunks * parts)) << 2);
  const rowBytes = (<usize>d) << 2;
  if (bits <= 4) {
    unpackSmall(run, groups, chunks, headBits, list, first, count, rowBytes, to, room);
    return;
  }
  for (let n = 0; n < count; n++, to += rowBytes) {
    const token = tokenAt(list, first, n);
    let from = codes + <usize>token * <usize>pageCodes + (<usize>headBits >> 3);
    for (let chunk = 0; chunk < chunks; chunk++, from += chunkBytes) {
      const group = load<i32>(groups + ((<usize>chunk) << 2));
      unpackChunk(run, bits, from, shift, token, group, to + ((<usize>chunk) << 6), room);
    }
  }
}

/** The same for at most 4 bits, with the table at hand. */
function unpackSmall(
  run: usize,
  groups: usize,
  chunks: i32,
  headBits: i32,
  list: usize,
  first: i32,
  count: i32,
  rowBytes: usize,
  to: usize,
  room: usize,
): void {
  const bits = load<i32>(run, BITS);
  const chunkBytes = (<usize>bits) << 1;
  const codes = load<usize>(run, CODES) + (<usize>headBits >> 3);
  const shift = <u64>(headBits & 7);
  const pageCodes = <usize>load<i32>(run, PAGE_CODES);
  const isTwo = load<i32>(run, TWO_TABLES) !== 0;
  const step = v128.load32_splat(run, STEP);
  const isSigned = load<f32>(run, STEP) !== 0;
  const hasOffsets = hasOffset(run);
  const hasHalves = load<i32>(run, PART) < CHUNK;
  const groupBytes: usize = hasHalves ? 8 : 4;
  let table = load<usize>(run, TABLE);
  let a = v128.load(table);
  let b = v128.load(table, 16);
  let c = v128.load(table, 32);
  let e = v128.load(table, 48);
  for (let n = 0; n < count; n++, to += rowBytes) {
    const token = tokenAt(list, first, n);
    let from = codes + <usize>token * pageCodes;
    for (let chunk: usize = 0; chunk < <usize>chunks; chunk++, from += chunkBytes) {
      const group = load<i32>(groups + chunk * groupBytes);
      if (isTwo) {
        table = load<usize>(run, TABLE) + ((<usize>(scaleByte(run, token, group) >> 7)) << 6);
        a = v128.load(table);
        b = v128.load(table, 16);
        c = v128.load(table, 32);
        e = v128.load(table, 48);
      }
      const own = scaleAt(run, token, group);
      const scale = f32x4.splat(own);
      const minimum = f32x4.splat(hasOffsets ? offsetAt(run, token, group, own) : 0);
      let upper = scale;
      let upperMinimum = minimum;
      if (hasHalves) {
        const other = load<i32>(groups + chunk * groupBytes, 4);
        const factor = scaleAt(run, token, other);
        upper = f32x4.splat(factor);
        upperMinimum = f32x4.splat(hasOffsets ? offsetAt(run, token, other, factor) : 0);
      }
      const values = to + (chunk << 6);
      const small = smallCodes(from, shift, bits, room);
      if (isSigned) storeSigned(i8x16.swizzle(a, small), step, scale, minimum, upper, upperMinimum, values);
      else storePlanes(small, a, b, c, e, scale, minimum, upper, upperMinimum, values);
    }
  }
}

/** The same of pages that hold a bitmap of all numbers, and those that are not zero in its order. d is a multiple of 8. */
function unpackBitmap(run: usize, head: i32, list: usize, first: i32, count: i32, d: i32, to: usize): void {
  const pageTokens = load<i32>(run, PAGE_TOKENS);
  const rowBytes = load<i32>(run, HEADS) * (d >> 3);
  const table = load<usize>(run, TABLE);
  let page = -1;
  let at: usize = 0;
  let values: usize = 0;
  for (let n = 0; n < count; n++) {
    const token = tokenAt(list, first, n);
    const start = load<usize>(run, BITMAP) + <usize>((token / pageTokens) * pageTokens * rowBytes);
    const row = start + <usize>((token % pageTokens) * rowBytes + head * (d >> 3));
    if (token / pageTokens !== page || row < at) {
      page = token / pageTokens;
      at = start;
      values = load<usize>(run, CODES) + <usize>page * <usize>load<i32>(run, PAGE_CODES);
    }
    for (; at + 8 <= row; at += 8) values += (<usize>popcnt(load<u64>(at))) << 1;
    for (; at < row; at++) values += (<usize>popcnt(<u32>load<u8>(at))) << 1;
    for (const end = at + <usize>(d >> 3); at < end; at++, to += 32) {
      const bits = <u32>load<u8>(at);
      const pairs = eightPairs(table, bits, values);
      v128.store(to, i32x4.shl(i32x4.extend_low_i16x8_u(pairs), 16));
      v128.store(to, i32x4.shl(i32x4.extend_high_i16x8_u(pairs), 16), 16);
      values += (<usize>popcnt(bits)) << 1;
    }
  }
}

/** The same where a page holds the codes of each channel one after another: 16 tokens of four channels at a time. */
function unpackChannels(
  run: usize,
  head: i32,
  list: usize,
  first: i32,
  count: i32,
  d: i32,
  to: usize,
  room: usize,
): void {
  const rowBytes = (<usize>d) << 2;
  if (list === 0) {
    // Tiles begin at whole chunks.
    for (let n = 0; n < count; n += CHUNK)
      unpackSixteen(run, head, first + n, d, to + <usize>n * rowBytes, room);
    return;
  }
  const tile = room + 512;
  let held = -1;
  for (let n = 0; n < count; n++) {
    const token = load<i32>(list + ((<usize>n) << 2));
    if (token >> 4 !== held) {
      held = token >> 4;
      unpackSixteen(run, head, held << 4, d, tile, room);
    }
    memory.copy(to + <usize>n * rowBytes, tile + <usize>(token & 15) * rowBytes, rowBytes);
  }
}

/** 16 tokens of a head from one that is a multiple of 16 on. */
function unpackSixteen(run: usize, head: i32, first: i32, d: i32, to: usize, room: usize): void {
  const bits = load<i32>(run, BITS);
  const pageTokens = load<i32>(run, PAGE_TOKENS);
  const perLine = load<i32>(run, GROUPS);
  const page = first / pageTokens;
  const within = first % pageTokens;
  const group = perLine > 1 ? (within * perLine) / pageTokens : 0;
  const codes = load<usize>(run, CODES) + <usize>page * <usize>load<i32>(run, PAGE_CODES);
  const rowBytes = (<usize>d) << 2;
  const lines = room + 64;
  for (let c = 0; c < d; c += 4) {
    for (let k = 0; k < 4; k++) {
      const channel = head * d + c + k;
      const from = codes + <usize>(((channel * pageTokens + within) * bits) >> 3);
      unpackChunk(run, bits, from, 0, page, channel * perLine + group, lines + ((<usize>k) << 6), room);
    }
    for (let t: usize = 0; t < 16; t += 4)
      transpose4(lines + (t << 2), 64, to + t * rowBytes + ((<usize>c) << 2), rowBytes);
  }
}

function groupAt(run: usize, page: i32, group: i32): usize {
  return <usize>page * <usize>load<i32>(run, PAGE_GROUPS) + <usize>group;
}

function scaleByte(run: usize, page: i32, group: i32): u32 {
  return load<u8>(load<usize>(run, SCALES) + groupAt(run, page, group));
}

/** The scale of a group, 1 where there is none. */
function scaleAt(run: usize, page: i32, group: i32): f32 {
  const bytes = load<i32>(run, SCALE_BYTES);
  if (bytes === 0) return 1;
  const at = groupAt(run, page, group);
  const scales = load<usize>(run, SCALES);
  if (bytes === 2) return halfValue(load<u16>(scales + (at << 1)));
  if (bytes === 4) return load<f32>(scales + (at << 2));
  const scale = load<f32>(load<usize>(run, SCALE_TABLE) + ((<usize>load<u8>(scales + at)) << 2));
  const pageScales = load<usize>(run, PAGE_SCALES);
  return pageScales === 0 ? scale : scale * load<f32>(pageScales + ((<usize>page) << 2));
}

function hasOffset(run: usize): bool {
  return load<usize>(run, MINIMA) !== 0 || load<usize>(run, ZEROS) !== 0;
}

/** What is added to the numbers of a group: its minimum, or its zero taken away. */
function offsetAt(run: usize, page: i32, group: i32, scale: f32): f32 {
  const at = groupAt(run, page, group);
  const minima = load<usize>(run, MINIMA);
  if (minima !== 0) return halfValue(load<u16>(minima + (at << 1)));
  const bits = load<u32>(run, BITS);
  const bit = <u32>at * bits;
  const zeros = <u32>load<u16>(load<usize>(run, ZEROS) + <usize>(bit >> 3));
  return -scale * <f32>((zeros >> (bit & 7)) & ((1 << bits) - 1));
}

/** 16 numbers of one group. */
function unpackChunk(
  run: usize,
  bits: i32,
  from: usize,
  shift: u64,
  page: i32,
  group: i32,
  to: usize,
  room: usize,
): void {
  let table = load<usize>(run, TABLE);
  if (load<i32>(run, TWO_TABLES) !== 0) table += (<usize>(scaleByte(run, page, group) >> 7)) << 6;
  const scale = scaleAt(run, page, group);
  const minimum: f32 = hasOffset(run) ? offsetAt(run, page, group, scale) : 0;
  const factor = f32x4.splat(scale);
  const offset = f32x4.splat(minimum);
  const step = load<f32>(run, STEP);
  if (bits <= 4) {
    const codes = smallCodes(from, shift, bits, room);
    if (step === 0) storeSmall(codes, table, factor, offset, to);
    else
      storeSigned(
        i8x16.swizzle(v128.load(table), codes),
        f32x4.splat(step),
        factor,
        offset,
        factor,
        offset,
        to,
      );
  } else if (bits < 8) {
    spreadCodes(from, shift, bits, room);
    storeBytes(room, table, factor, offset, to);
  } else if (bits === 8) {
    if (step === 0) storeBytes(from, table, factor, offset, to);
    else storeSigned(v128.load(from), f32x4.splat(step), factor, offset, factor, offset, to);
  } else if (bits === 16) storeHalves(from, to);
  else for (let k: usize = 0; k < 64; k += 16) v128.store(to + k, v128.load(from + k));
}
