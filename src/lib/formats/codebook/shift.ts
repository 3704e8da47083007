import {requireInteger} from "../../tensor/require.js";
import type {Format} from "../format.js";
import {type LevelOptions, type LevelSet, levelsFormat} from "./levels.js";

/** The largest shift of a weight of so many bits, a sign among them: 2^(bits - 1) - 1. */
export const largestShift = (bits: number): number => 2 ** (bits - 1) - 1;

/** Signed powers of two, index = code: the lower bits are the shift, the highest one the sign. There is no zero. */
export function shiftValues(bits: number): readonly number[] {
  const powers = Array.from({length: 2 ** (bits - 1)}, (_, shift) => 2 ** shift);
  return Object.freeze([...powers, ...powers.map((power) => -power)]);
}

/**
 * DenseShift's weights as a set of levels: ±2^0 … ±2^(2^(bits - 1) - 1), so that each weight shifts and none is wasted on a
 * zero. A number midway between two levels takes the upper one, and so does 0.
 * @throws RangeError if `bits` is no integer from 2 to 4.
 */
export function shiftLevels(bits: number): LevelSet {
  requireInteger("shift", "bits", bits, 2, 4);
  return Object.freeze({
    name: `shift${bits}`,
    title: `DenseShift ${bits} bit`,
    source: "DenseShift, arXiv 2208.09708, section 3",
    levels: "signed powers of two without a zero",
    values: shiftValues(bits),
    // Half more than the largest power is as near to it as a number beyond could be.
    amaxSteps: 1.5 * 2 ** largestShift(bits),
    ties: "half-up",
    groupSize: 128,
  });
}

/**
 * Signed powers of two of 2 to 4 bits in groups of 128 with f16 scales: the largest magnitude of a group is one and a half times the
 * largest power, since powers of two stand for numbers up to half more. A group of zeros has scale 0 and decodes to zeros. (DenseShift, arXiv 2208.09708)
 * @throws RangeError if an option is out of range.
 */
export const shift = (bits: number, options: LevelOptions = {}): Format =>
  levelsFormat(shiftLevels(bits), options);
