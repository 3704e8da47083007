/** Runs of packed tokens in the memory of `kernels/cache-attention`. */

import {integerLevels} from "../../formats/grouped-levels.js";
import type {WasmHeap} from "../../kernels/wasm-heap.js";
import type {Coding, Run} from "../cache/stored-kv.js";
import type {Pages} from "./chosen-tokens.js";

/** Heads that a token's numbers belong to. */
export interface HeadShape {
  readonly kvHeads: number;
  readonly headDim: number;
}

/** Numbers that the kernel unpacks together: all of one group. */
const CHUNK = 16;
/** Bytes of the kernel's record of a run, and what it may read past the end of codes. */
const RUN_BYTES = 100;
const PAST = 64;
/** Bytes before the one number of the record that is no integer. */
const STEP = 76;
const SCALE_BYTES = {none: 0, f16: 2, f32: 4};

const readable = new WeakMap<Coding, Map<string, boolean>>();

/** True if the kernel unpacks a coding: codes of a head begin with a byte, and groups do not end inside 16 numbers. */
function canRead(coding: Coding, shape: HeadShape): boolean {
  const known = readable.get(coding) ?? new Map<string, boolean>();
  readable.set(coding, known);
  const key = `${shape.kvHeads} x ${shape.headDim}`;
  const found = known.get(key) ?? fitsKernel(coding, shape);
  known.set(key, found);
  return found;
}

function fitsKernel(coding: Coding, {kvHeads, headDim}: HeadShape): boolean {
  const {bits, line, pageTokens, codebooks} = coding;
  const hasTable = bits > 8 ? bits === 16 || bits === 32 : Number.isInteger(bits) && codebooks.length > 0;
  if (!hasTable || (codebooks.length > 1 && bits !== 4)) return false;
  if (coding.hasBitmap) return headDim % 8 === 0;
  if (pageTokens > 0) return pageTokens % CHUNK === 0 && isWholeChunks(groupOf(coding), line);
  if ((kvHeads * headDim * bits) % 8 !== 0) return false;
  return coding.scales === "none" || partNumbers(coding, {kvHeads, headDim}) > 0;
}

/** Numbers of a token, 16 or of small codes 8, of which none are in two groups; 0 where there are. */
function partNumbers(coding: Coding, {kvHeads, headDim}: HeadShape): number {
  const sizes = coding.bits <= 4 ? [CHUNK, CHUNK / 2] : [CHUNK];
  const starts = (size: number) =>
    Array.from({length: kvHeads * Math.ceil(headDim / size)}, (_, n) => {
      const perHead = Math.ceil(headDim / size);
      return Math.floor(n / perHead) * headDim + (n % perHead) * size;
    });
  const isOne = (size: number) => (from: number) => {
    const end = Math.min(from + size, (Math.floor(from / headDim) + 1) * headDim);
    return groupAt(coding, from) === groupAt(coding, end - 1);
  };
  return sizes.find((size) => starts(size).every(isOne(size))) ?? 0;
}

const groupOf = ({groupSize, line}: Coding): number => groupSize ?? line;

const isWholeChunks = (size: number, line: number): boolean => size >= line || size % CHUNK === 0;

/** The group of a number of a token. */
function groupAt(coding: Coding, at: number): number {
  const {line} = coding;
  return (
    Math.floor(at / line) * Math.ceil(line / groupOf(coding)) + Math.floor((at % line) / groupOf(coding))
  );
}

/** Coefficients of a factor's rows, as one head. */
const ofRows = ({tokens}: Run): HeadShape => ({kvHeads: 1, headDim: tokens});

/** Heads of a token as a run holds it, whose numbers may be of another basis, or of all heads in one order. */
function shapeOfRun({basis, places}: Run, {kvHeads, headDim}: HeadShape): HeadShape {
  if (places) return {kvHeads: 1, headDim: kvHeads * headDim};
  return {kvHeads, headDim: basis?.width ?? headDim};
}

/** True if the kernel unpacks a run, what it holds coefficients of and what is added to it. */
export function canReadRun(run: Run, heads: HeadShape): boolean {
  const {coding, factor, plus} = run;
  const shape = shapeOfRun(run, heads);
  if (shape.headDim % 4 !== 0 || heads.headDim % 4 !== 0 || (plus && !canReadRun(plus, heads))) return false;
  if (coding.hasZeroPoints && !endsWithBytes(run)) return false;
  return factor ? canRead(factor.coding, shape) && canRead(coding, ofRows(factor)) : canRead(coding, shape);
}

/** True if the zero points of every page fill bytes, so that they are one list. */
function endsWithBytes({coding: {bits, scales}, parts}: Run): boolean {
  const scaleBytes = typeof scales === "string" ? SCALE_BYTES[scales] : 1;
  const groups = (parts.scales?.length ?? 0) / scaleBytes;
  return parts.zeroPoints === undefined || 8 * parts.zeroPoints.length === groups * bits;
}

/** Bytes that a run takes in the kernel's memory at most, its record, its factor and what is added among them. */
export function runBytes(run: Run, heads: HeadShape): number {
  const shape = shapeOfRun(run, heads);
  const own = run.factor
    ? ownBytes(run, ofRows(run.factor)) + ownBytes(run.factor, shape)
    : ownBytes(run, shape);
  return own + (run.plus ? runBytes(run.plus, heads) : 0);
}

function ownBytes({parts, coding}: Run, {kvHeads, headDim}: HeadShape): number {
  const bytes = Object.values(parts).reduce((sum, {byteLength}) => sum + byteLength + CHUNK, 0);
  return (
    bytes +
    2 * PAST +
    tablesOf(coding).bytes.length +
    1024 +
    4 * kvHeads * Math.ceil(headDim / CHUNK) +
    4 * CHUNK
  );
}

/** Rotation of a run's keys, as the kernel has it. */
export interface PlacedRotary {
  readonly cos: number;
  readonly sin: number;
  readonly pairs: number;
  readonly apart: number;
}

/** Means to write a run. */
export interface RunPlace {
  readonly heap: WasmHeap;
  readonly shape: HeadShape;
  /** Gives room. */
  take(bytes: number): number;
}

/** Writes a run, or the pages of it that are touched. Gives the place of its record. */
export function writeRun(
  place: RunPlace,
  run: Run,
  pages: Pages = null,
  rotary: PlacedRotary = {cos: 0, sin: 0, pairs: 0, apart: 0},
): number {
  const {heap, take} = place;
  const {coding, parts, tokens, factor} = run;
  const shape = factor ? ofRows(factor) : shapeOfRun(run, place.shape);
  const count = coding.pageTokens > 0 ? tokens / coding.pageTokens : tokens;
  const put = (bytes: Uint8Array | undefined, past = 0): number => {
    if (bytes === undefined) return 0;
    const each = count === 0 ? 0 : bytes.length / count;
    const to = take((pages === null ? bytes.length : each * pages.length) + past);
    copyPages(heap, to, bytes, each, pages);
    return to;
  };
  const {scales} = coding;
  const scaleBytes = typeof scales === "string" ? SCALE_BYTES[scales] : 1;
  const tables = tablesOf(coding);
  const table = take(tables.bytes.length);
  heap.bytes(table, tables.bytes.length).set(tables.bytes);
  const scaleTable = typeof scales === "string" ? 0 : take(1024);
  if (typeof scales !== "string") heap.floats(scaleTable, 256).set(scaleValues(scales));
  const part = (scales === "none" ? 0 : partNumbers(coding, shape)) || CHUNK;
  const perLine = Math.ceil(coding.line / groupOf(coding));
  const fields = [
    put(parts.codes, PAST),
    put(parts.scales),
    put(parts.minima),
    put(parts.tensorScale),
    table,
    scaleTable,
    coding.pageTokens > 0 ? perLine : putGroups(heap, coding, shape, part, take),
    coding.bits,
    scaleBytes,
    count === 0 ? 0 : parts.codes.length / count,
    scaleBytes === 0 || count === 0 ? 0 : parts.scales.length / count / scaleBytes,
    coding.pageTokens,
    coding.codebooks.length > 1 ? 1 : 0,
    factor ? writeRun(place, factor) : 0,
    factor?.tokens ?? 0,
    rotary.cos,
    rotary.sin,
    rotary.pairs,
    rotary.apart,
    0,
    put(parts.factors),
    shape.kvHeads,
    put(parts.zeroPoints, PAST),
    part,
    put(parts.bitmap, CHUNK),
  ];
  const at = take(RUN_BYTES);
  heap.integers(at, fields.length).set(fields);
  heap.floats(at + STEP, 1)[0] = tables.step;
  return at;
}

function copyPages(heap: WasmHeap, to: number, bytes: Uint8Array, each: number, pages: Pages): void {
  if (pages === null) {
    heap.bytes(to, bytes.length).set(bytes);
    return;
  }
  const room = heap.bytes(to, each * pages.length);
  for (let first = 0; first < pages.length; ) {
    // Pages in a row are copied together.
    let end = first + 1;
    while (end < pages.length && pages[end] === pages[end - 1] + 1) end++;
    room.set(bytes.subarray(pages[first] * each, (pages[end - 1] + 1) * each), first * each);
    first = end;
  }
}

/** Groups of every 16 or 8 numbers of each head, as many as whole chunks have. */
function putGroups(
  heap: WasmHeap,
  coding: Coding,
  {kvHeads, headDim}: HeadShape,
  part: number,
  take: (bytes: number) => number,
): number {
  const parts = Math.ceil(headDim / CHUNK) * (CHUNK / part);
  const at = take(4 * kvHeads * parts);
  const groups = heap.integers(at, kvHeads * parts);
  for (let n = 0; n < groups.length; n++)
    groups[n] = groupAt(coding, Math.floor(n / parts) * headDim + Math.min(headDim - 1, (n % parts) * part));
  return at;
}

/** Values of codes as the kernel has them. */
interface Tables {
  readonly bytes: Uint8Array;
  /** Step of which all values are multiples by signed bytes; 0 where they are floats. */
  readonly step: number;
}

const known = new WeakMap<Coding, Tables>();

function tablesOf(coding: Coding): Tables {
  const found = known.get(coding) ?? makeTables(coding);
  known.set(coding, found);
  return found;
}

function makeTables({bits, codebooks, hasBitmap}: Coding): Tables {
  if (hasBitmap) return {bytes: shuffles(), step: 0};
  if (bits > 8) return {bytes: new Uint8Array(0), step: 0};
  const integers = integerLevels(codebooks.flat());
  if (bits <= 4) {
    const bytes = integers ? slotsOf(integers.levels, codebooks.length) : codebooks.flatMap(planesOf);
    return {bytes: Uint8Array.from(bytes), step: integers?.step ?? 0};
  }
  const isSigned = integers?.levels.every((level, code) => level === (code << 24) >> 24) ?? false;
  const values = Float32Array.from({length: 256}, (_, code) => codebooks[0][code] ?? 0);
  return {bytes: new Uint8Array(values.buffer), step: bits === 8 && isSigned ? (integers?.step ?? 0) : 0};
}

/** For each byte of a bitmap 16 bytes: which of the next values of two bytes comes to each place, or 128 for none. */
function shuffles(): Uint8Array {
  const table = new Uint8Array(256 * 16).fill(128);
  for (let bits = 0; bits < 256; bits++) {
    let next = 0;
    for (let place = 0; place < 8; place++) {
      if (((bits >> place) & 1) === 0) continue;
      table[16 * bits + 2 * place] = next++;
      table[16 * bits + 2 * place + 1] = next++;
    }
  }
  return table;
}

/** Bytes of a table of 16 values. */
const SLOT = 64;

/** Levels of codebooks, each at the beginning of its table. */
function slotsOf(levels: Int8Array, count: number): number[] {
  const each = levels.length / count;
  return Array.from({length: count * SLOT}, (_, at) => {
    const place = at % SLOT;
    return place < each ? levels[Math.floor(at / SLOT) * each + place] : 0;
  });
}

/** Each byte of 16 floats in a plane of its own. */
function planesOf(values: readonly number[]): number[] {
  const bytes = new Uint8Array(Float32Array.from({length: 16}, (_, code) => values[code] ?? 0).buffer);
  return Array.from({length: SLOT}, (_, at) => bytes[4 * (at % 16) + Math.floor(at / 16)]);
}

const scaleValues = (values: readonly number[]): Float32Array =>
  Float32Array.from({length: 256}, (_, byte) => values[byte % values.length]);
