import {type TileSizes, tileGrid, tileOrder} from "./tile-order.js";

/** Codes of a matrix's entries: bits of bfloat16, or int8. */
export type Codes = Uint16Array | Int8Array;

/** A matrix as a bit for each place of its tiles and the entries that are not zero, in packed order. */
export interface Bitmap<C extends Codes> {
  /** Bit i of word w is 1 where place 32 w + i holds a value, lowest bit first. */
  readonly bitmap: Uint32Array;
  readonly values: C;
  /** Number of values before each thread's part of the words, which are split evenly. */
  readonly starts: Uint32Array;
}

/** True for the codes of 0 and of -0 in bfloat16; a NaN is no zero. */
const isZero16 = (bits: number) => (bits & 0x7fff) === 0;

/**
 * Packs a matrix [outputs, inputs] into a bitmap in the order of SparAMX's tiles. -0 counts as zero and comes back as 0.
 * Every other code is kept bit for bit.
 * @throws RangeError if the codes do not fit the sizes.
 */
export function packBitmap<C extends Codes>(codes: C, sizes: TileSizes): Bitmap<C> {
  requireCodes("packBitmap", codes, sizes);
  const order = tileOrder(sizes);
  const bitmap = new Uint32Array(order.length / 32);
  const kept = new (codes.constructor as new (length: number) => C)(order.length);
  const isZero = codes instanceof Uint16Array ? isZero16 : (code: number) => code === 0;
  let count = 0;
  for (let place = 0; place < order.length; place++) {
    if (order[place] < 0) continue;
    const code = codes[order[place]];
    if (isZero(code)) continue;
    bitmap[place >>> 5] |= 1 << (place & 31);
    kept[count++] = code;
  }
  return {bitmap, values: kept.slice(0, count) as C, starts: threadStarts(bitmap, tileGrid(sizes).threads)};
}

/**
 * Unpacks a bitmap: zeros where it has no bit.
 * @throws RangeError if bitmap and values do not fit the sizes or each other.
 */
export function unpackBitmap<C extends Codes>({bitmap, values}: Bitmap<C>, sizes: TileSizes): C {
  const order = tileOrder(sizes);
  if (bitmap.length * 32 !== order.length || ones(bitmap) !== values.length) {
    throw new RangeError(
      `unpackBitmap: bitmap must have ${order.length / 32} words with ${values.length} ones, got ${bitmap.length} with ${ones(bitmap)}`,
    );
  }
  const codes = new (values.constructor as new (length: number) => C)(sizes.outputs * sizes.inputs);
  let count = 0;
  for (let place = 0; place < order.length; place++) {
    if (((bitmap[place >>> 5] >>> (place & 31)) & 1) === 0) continue;
    if (order[place] < 0) {
      throw new RangeError(
        `unpackBitmap: bitmap must have no ones beyond the matrix, got one at place ${place}`,
      );
    }
    codes[order[place]] = values[count++];
  }
  return codes;
}

/** Number of ones in the words of a bitmap. */
export const ones = (words: Uint32Array): number => words.reduce((sum, word) => sum + onesOf(word), 0);

/** Number of ones in a word of 32 bits. */
export function onesOf(word: number): number {
  let pairs = word - ((word >>> 1) & 0x55555555);
  pairs = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((pairs + (pairs >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

function threadStarts(bitmap: Uint32Array, threads: number): Uint32Array {
  const words = bitmap.length / threads;
  const starts = new Uint32Array(threads);
  for (let t = 1; t < threads; t++) {
    starts[t] = starts[t - 1] + ones(bitmap.subarray((t - 1) * words, t * words));
  }
  return starts;
}

function requireCodes(where: string, codes: Codes, {outputs, inputs}: TileSizes): void {
  if (codes.length !== outputs * inputs) {
    throw new RangeError(`${where}: codes must be ${outputs} x ${inputs} numbers, got ${codes.length}`);
  }
}
