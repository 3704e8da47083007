import {elementsOf, type Layout} from "./layout.js";
import {bytesOfThread, placeOf, vectorBytes} from "./packed-tile.js";

/** Threads that load together, and bytes of memory that come at once. */
const WARP = 32;
const SECTOR_BYTES = 32;
const WORD_BITS = 32;

/** Work of a program on weights, over all threads. */
export interface TileCosts {
  /** Instructions that load, one for all threads of a warp. */
  readonly loads: number;
  /** Bytes of all sectors of 32 bytes that those touch, each once for an instruction. */
  readonly sectorBytes: number;
  /** Shifts, masks and ors that take codes out of words. */
  readonly extractions: number;
  /** Codes made numbers. */
  readonly casts: number;
  readonly multiplyAdds: number;
}

/** No work. */
export const NO_WORK: TileCosts = {loads: 0, sectorBytes: 0, extractions: 0, casts: 0, multiplyAdds: 0};

/** The work of two programs together. */
export function addCosts(a: TileCosts, b: TileCosts): TileCosts {
  return {
    loads: a.loads + b.loads,
    sectorBytes: a.sectorBytes + b.sectorBytes,
    extractions: a.extractions + b.extractions,
    casts: a.casts + b.casts,
    multiplyAdds: a.multiplyAdds + b.multiplyAdds,
  };
}

/** A tile in registers: numbers of each thread by local number. */
export interface RegisterTile {
  readonly layout: Layout;
  readonly held: readonly ArrayLike<number>[];
}

/** What a step gives, and its work. */
interface Step<T> {
  readonly tile: T;
  readonly costs: TileCosts;
}

/** Loads of a warp: addresses that its threads ask for with one instruction. */
function loadCosts(threads: number, requests: (thread: number) => readonly number[][]): TileCosts {
  let [loads, sectors] = [0, 0];
  for (let first = 0; first < threads; first += WARP) {
    const warp = Array.from({length: Math.min(WARP, threads - first)}, (_, lane) => requests(first + lane));
    const count = warp.reduce((most, {length}) => Math.max(most, length), 0);
    loads += count;
    for (let at = 0; at < count; at++) {
      const touched = new Set(
        warp.flatMap((own) => (own[at] ?? []).map((byte) => Math.floor(byte / SECTOR_BYTES))),
      );
      sectors += touched.size;
    }
  }
  return {...NO_WORK, loads, sectorBytes: sectors * SECTOR_BYTES};
}

/** Instructions that take a code out of 32-bit words: a shift and a mask, and one more shift and an or if it lies in two. */
const extractionsOf = (bit: number, bits: number): number =>
  Math.floor(bit / WORD_BITS) === Math.floor((bit + bits - 1) / WORD_BITS) ? 2 : 4;

/** Code of some bits that begins at a bit of bytes, lowest bit first. */
function codeAt(bytes: Uint8Array, bit: number, bits: number): number {
  let code = 0;
  for (let at = Math.floor(bit / 8); at * 8 < bit + bits; at++)
    code += (bytes[at] ?? 0) * 256 ** (at - Math.floor(bit / 8));
  return Math.floor(code / 2 ** (bit % 8)) % 2 ** bits;
}

/** load_global of a tile that was packed for its layout: every thread its vectors, side by side with its neighbours'. */
export function loadPacked(packed: Uint8Array, layout: Layout, bits: number): Step<RegisterTile> {
  const threadBytes = bytesOfThread(layout, bits);
  const vector = vectorBytes(threadBytes);
  const held = Array.from({length: layout.threads}, (_, thread) =>
    Uint8Array.from({length: threadBytes}, (_, at) => packed[placeOf(layout, threadBytes, thread, at)]),
  );
  const costs = loadCosts(layout.threads, (thread) =>
    Array.from({length: threadBytes / vector}, (_, at) => [
      placeOf(layout, threadBytes, thread, at * vector),
    ]),
  );
  return {tile: {layout, held}, costs};
}

/** view: a thread's bytes as its codes, which lie one after another in them; nothing moves between threads. */
export function viewAsCodes({layout, held}: RegisterTile, bits: number): Step<RegisterTile> {
  const codes = held.map((bytes) =>
    Array.from({length: layout.locals}, (_, local) => codeAt(Uint8Array.from(bytes), local * bits, bits)),
  );
  let extractions = 0;
  for (const {local} of elementsOf(layout)) extractions += extractionsOf(local * bits, bits);
  return {tile: {layout, held: codes}, costs: {...NO_WORK, extractions}};
}

/** load_global of a tile out of a whole matrix of codes without gaps, row after row: each code by its word or two. */
export function loadFromMatrix(
  matrix: Uint8Array,
  columns: number,
  [top, left]: readonly [number, number],
  layout: Layout,
  bits: number,
): Step<RegisterTile> {
  const bitOf = (thread: number, local: number) => {
    const [row, column] = layout.place(thread, local);
    return ((top + row) * columns + left + column) * bits;
  };
  const locals = Array.from({length: layout.locals}, (_, local) => local);
  const held = Array.from({length: layout.threads}, (_, thread) =>
    locals.map((local) => codeAt(matrix, bitOf(thread, local), bits)),
  );
  const costs = loadCosts(layout.threads, (thread) =>
    locals.flatMap((local) => {
      const bit = bitOf(thread, local);
      const words = [Math.floor(bit / WORD_BITS), Math.floor((bit + bits - 1) / WORD_BITS)];
      return Array.from(new Set(words), (word) => [(word * WORD_BITS) / 8]);
    }),
  );
  let extractions = 0;
  for (const {thread, local} of elementsOf(layout)) extractions += extractionsOf(bitOf(thread, local), bits);
  return {tile: {layout, held}, costs: {...costs, extractions}};
}

/** cast: the number of each code. */
export function castTile({layout, held}: RegisterTile, values: Float64Array): Step<RegisterTile> {
  const numbers = held.map((codes) => Float64Array.from(codes, (code) => values[code]));
  return {tile: {layout, held: numbers}, costs: {...NO_WORK, casts: layout.threads * layout.locals}};
}

/** dot: adds rows of x [rows, depth] times a tile of weights to sums [rows, width]. */
export function addDot(
  x: ArrayLike<number>,
  rows: number,
  depth: number,
  {layout, held}: RegisterTile,
  [top, left]: readonly [number, number],
  sums: Float64Array,
): TileCosts {
  const width = sums.length / rows;
  for (const {thread, local, place} of elementsOf(layout)) {
    const [k, n] = [top + place[0], left + place[1]];
    if (k >= depth || n >= width) continue;
    for (let row = 0; row < rows; row++) sums[row * width + n] += x[row * depth + k] * held[thread][local];
  }
  return {...NO_WORK, multiplyAdds: rows * layout.threads * layout.locals};
}
