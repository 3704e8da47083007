import {requireInteger} from "../../tensor/require.js";
import type {Format} from "../format.js";
import {type LevelOptions, type LevelSet, levelsFormat} from "./levels.js";

/** The odd integers from -(2^bits - 1) to 2^bits - 1, index = code: code u stands for 2u - (2^bits - 1). */
export const bipolarValues = (bits: number): readonly number[] =>
  Object.freeze(Array.from({length: 2 ** bits}, (_, code) => 2 * code - (2 ** bits - 1)));

/**
 * Bipolar integers as a set of levels: bit i of a code weighs 2^i or -2^i, so that all bits are treated alike, there is no
 * sign bit, and no zero. Two codes as near as each other: the even one.
 * @throws RangeError if `bits` is no integer from 1 to 8.
 */
export function bipolarLevels(bits: number): LevelSet {
  requireInteger("bipolar", "bits", bits, 1, 8);
  return Object.freeze({
    name: `bipolar${bits}`,
    title: `Bipolar INT${bits}`,
    family: "int",
    source: "Efficient Arbitrary Precision Acceleration on GPU Tensor Cores, arXiv 2409.17870, section 3",
    levels: "odd integers, none of them zero",
    values: bipolarValues(bits),
    amaxSteps: 2 ** bits - 1,
    ties: "half-even",
    groupSize: 128,
  });
}

/**
 * Bipolar integers of 1 to 8 bits in groups of 128 with f16 scales amax / (2^bits - 1). A group of zeros has scale 0 and
 * decodes to zeros; elsewhere a zero becomes an odd number of steps. (arXiv 2409.17870)
 * @throws RangeError if an option is out of range.
 */
export const bipolar = (bits: number, options: LevelOptions = {}): Format =>
  levelsFormat(bipolarLevels(bits), options);
