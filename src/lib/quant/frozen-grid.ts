/** The values a packed tensor could hold if only its element codes were free. */

import type {Format, Packed} from "../formats/format.js";
import {packCodes, packedLength, unpackCodes} from "../formats/pack.js";
import {draws, randomStream} from "../tensor/random.js";
import {elementCount, matrixSize, type Tensor, tensor} from "../tensor/tensor.js";

/** Bits of the widest codes: a grid holds a value for each code of each element. */
export const MOST_GRID_BITS = 8;

/** Rounds values one by one to the grid of a weight that is already packed, and packs what was chosen. */
export interface FrozenGrid {
  /** The value nearest to `value` that element [row, column] can have; its code is kept. Ties: the even code. */
  round(row: number, column: number, value: number): number;
  /** The largest value that the element can have and that is not above `value`, and the smallest not below; the end of the grid twice beyond it. */
  neighbours(row: number, column: number, value: number): readonly [number, number];
  /** All values that the element can have, each once, ascending. */
  levels(row: number, column: number): Float64Array;
  /** The tensor with the codes chosen so far (elsewhere the format's own) and the scales of the start. */
  packed(): Packed;
}

/**
 * Packs `w` and holds on to its scales, special values and whatever else stands beside the codes. The grid is read by
 * decoding the tensor once for each code, which needs nothing of the format but that it packs one code an element, in
 * order, lowest bit first, as all formats here do. Codes that the format's own encoder never writes, such as the -8 of a
 * restricted INT4, stay out of the grid. Holds up to 2^bits times the elements in float32.
 * @throws RangeError if it packs otherwise, has more than 8 bits a code, or cannot say a value of w.
 */
export function frozenGrid(w: Tensor, format: Format): FrozenGrid {
  const {columns} = matrixSize(w);
  const {bits} = format.codebook;
  if (bits > MOST_GRID_BITS) {
    throw new RangeError(
      `frozenGrid: format must have at most ${MOST_GRID_BITS} bits a code, got ${bits} (${format.id})`,
    );
  }
  const start = format.encode(w);
  const count = elementCount(w.shape);
  const codes = unpackedCodes(start, format, count);
  const withCodes = (chosen: ArrayLike<number>): Packed => ({
    ...start,
    parts: {...start.parts, codes: packCodes(chosen, bits)},
  });
  const written = writtenCodes(format);
  for (const code of codes) written.add(code);
  const levels = new Map<number, Float32Array>();
  for (const code of [...written].sort((a, b) => a - b)) {
    levels.set(code, format.decode(withCodes(new Uint16Array(count).fill(code))).data);
  }
  checkOrder(format, start, levels, codes);
  return {
    round(row, column, value) {
      const at = row * columns + column;
      codes[at] = nearestCode(levels, at, value);
      return levels.get(codes[at])![at];
    },
    neighbours(row, column, value) {
      const at = row * columns + column;
      let [below, above] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
      for (const values of levels.values()) {
        const level = values[at];
        if (level <= value && level > below) below = level;
        if (level >= value && level < above) above = level;
      }
      if (below === Number.NEGATIVE_INFINITY) return [above, above];
      return above === Number.POSITIVE_INFINITY ? [below, below] : [below, above];
    },
    levels(row, column) {
      const at = row * columns + column;
      const values = Array.from(levels.values(), (each) => each[at]).filter(Number.isFinite);
      return Float64Array.from(new Set(values)).sort();
    },
    packed: () => withCodes(codes),
  };
}

function unpackedCodes(packed: Packed, {id, codebook}: Format, count: number): Uint16Array {
  const part = packed.parts.codes;
  if (part?.length !== packedLength(count, codebook.bits)) {
    throw new RangeError(
      `frozenGrid: format must pack ${codebook.bits} bits an element in a part named codes, got ${id}`,
    );
  }
  return Uint16Array.from(unpackCodes(part, codebook.bits, count));
}

function nearestCode(levels: ReadonlyMap<number, Float32Array>, at: number, value: number): number {
  let best = -1;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const [code, values] of levels) {
    // A code that stands for NaN or an infinity is at distance NaN or Infinity, and never chosen.
    const distance = Math.abs(values[at] - value);
    if (distance < bestDistance || (distance === bestDistance && code % 2 === 0 && best % 2 === 1)) {
      best = code;
      bestDistance = distance;
    }
  }
  if (best < 0) throw new RangeError(`frozenGrid: value must be finite, got ${value} at index ${at}`);
  return best;
}

/**
 * The codes that the format's encoder writes, found by having it encode many values: uniform ones, which reach every
 * step of an even grid, and ones uniform in their logarithm over 40 binades, which reach every step of a floating one.
 */
function writtenCodes(format: Format): Set<number> {
  const stream = randomStream(0, "codes that a format writes");
  const sign = () => (stream.integer(2) === 0 ? -1 : 1);
  const uniform = draws(2 ** 14, () => 2 * stream.uniform() - 1);
  const logarithmic = draws(2 ** 14, () => sign() * 2 ** (-40 * stream.uniform()));
  const probe = tensor(Float32Array.from([...uniform, ...logarithmic]), [128, 256]);
  return new Set(unpackedCodes(format.encode(probe), format, probe.data.length));
}

/** A format that stores codes in another order than the elements would silently get its codes shuffled. */
function checkOrder(
  format: Format,
  start: Packed,
  levels: ReadonlyMap<number, Float32Array>,
  codes: Uint16Array,
): void {
  const bad = format.decode(start).data.findIndex((value, i) => !Object.is(value, levels.get(codes[i])![i]));
  if (bad >= 0) {
    throw new RangeError(`frozenGrid: format must store codes in the tensor's order, got ${format.id}`);
  }
}
