import {requireInteger} from "../../tensor/require.js";

/** A matrix of codes by their bits: each row of a plane lies in words of 32 bits, the last filled up with 0. */
export interface BitPlanes {
  readonly rows: number;
  readonly width: number;
  readonly bits: number;
  /** Words of a row of a plane. */
  readonly words: number;
  /** [bits, rows, words], the lowest bit first. */
  readonly data: Uint32Array;
}

/**
 * Takes codes [rows, width] of 1 to 8 bits apart into planes.
 * @throws RangeError if `bits` is out of range.
 */
export function bitPlanes(codes: ArrayLike<number>, width: number, bits: number): BitPlanes {
  requireInteger("bitPlanes", "bits", bits, 1, 8);
  const rows = width === 0 ? 0 : codes.length / width;
  const words = Math.ceil(width / 32);
  const data = new Uint32Array(bits * rows * words);
  for (let row = 0; row < rows; row++) {
    for (let k = 0; k < width; k++) {
      const code = codes[row * width + k];
      for (let bit = 0; bit < bits; bit++) {
        const at = (bit * rows + row) * words + (k >> 5);
        data[at] = data[at] | (((code >> bit) & 1) << (k & 31));
      }
    }
  }
  return {rows, width, bits, words, data};
}

/** Ones among 32 bits. */
export function ones(word: number): number {
  let count = word - ((word >>> 1) & 0x55555555);
  count = (count & 0x33333333) + ((count >>> 2) & 0x33333333);
  return Math.imul((count + (count >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/**
 * The product of two rows of bits that mean 1 and -1: bits that agree add 1, others take 1 away. What fills the last word
 * up agrees, and so counts nothing.
 */
function planeDot(a: BitPlanes, aAt: number, b: BitPlanes, bAt: number): number {
  let differing = 0;
  for (let word = 0; word < a.words; word++) differing += ones(a.data[aAt + word] ^ b.data[bAt + word]);
  return a.width - 2 * differing;
}

/**
 * X W^T of bipolar integers by their planes: every pair of planes is a product of bits, weighed by 2^(i + j).
 * (arXiv:2409.17870, section 3)
 * @returns [rows of x, rows of w], exact
 * @throws RangeError if their rows are not equally long.
 */
export function planeProduct(w: BitPlanes, x: BitPlanes): Int32Array {
  if (w.width !== x.width)
    throw new RangeError(`planeProduct: x must have rows of ${w.width}, got ${x.width}`);
  const y = new Int32Array(x.rows * w.rows);
  for (let t = 0; t < x.rows; t++) {
    for (let o = 0; o < w.rows; o++) y[t * w.rows + o] = pairOf(w, o, x, t);
  }
  return y;
}

/** All pairs of planes of two rows, combined at once: a result is written a single time. */
function pairOf(w: BitPlanes, o: number, x: BitPlanes, t: number): number {
  let sum = 0;
  for (let i = 0; i < w.bits; i++) {
    for (let j = 0; j < x.bits; j++) {
      sum += 2 ** (i + j) * planeDot(w, (i * w.rows + o) * w.words, x, (j * x.rows + t) * x.words);
    }
  }
  return sum;
}
