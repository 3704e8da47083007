import {requireInteger} from "../../tensor/require.js";

/** Neighbouring bits of a sum: `width` bits from column `shift` on (column k weighs 2^k). */
export interface Row {
  readonly shift: number;
  readonly width: number;
}

/** A copy of input `input`, shifted. */
export interface InputRow extends Row {
  readonly input: number;
}

/** Places of the set bits of a whole number of at most 53 bits, from the least significant. */
export function setBits(n: number): number[] {
  const places: number[] = [];
  for (let rest = n, place = 0; rest > 0; rest = Math.floor(rest / 2), place++) {
    if (rest % 2 === 1) places.push(place);
  }
  return places;
}

/**
 * Rows of the sum of w_i x_i for unsigned inputs: every set bit of a weight is a copy of its input, in the order of the
 * weights and then of the bits. Weights of 0 vanish, powers of two are wires.
 * @param inputBits of each x_i
 * @throws RangeError unless weights are whole numbers from 0 and `inputBits` is from 1.
 */
export function binaryRows(weights: readonly number[], inputBits: number): InputRow[] {
  requireInteger("binaryRows", "inputBits", inputBits, 1);
  return weights.flatMap((weight, input) => {
    requireInteger("binaryRows", "weight", weight, 0);
    return setBits(weight).map((shift) => ({input, shift, width: inputBits}));
  });
}

/** Number of rows that cover each column, from the least significant; empty without rows. */
export function columnHeights(rows: readonly Row[]): number[] {
  const heights: number[] = [];
  for (const {shift, width} of rows) {
    while (heights.length < shift + width) heights.push(0);
    for (let column = shift; column < shift + width; column++) heights[column]++;
  }
  return heights;
}
