import {packCodes, packedLength, unpackCodes} from "../pack.js";

/**
 * Division of six bits into two streams whose codes never cross a word: `4+2` stores the upper four, `s eee`, and the lower
 * two, `mm` (ZeroQuant(4+2), arXiv 2312.08583); `2+4` the upper two, `s e`, and the lower four, `ee mm` (FP6-LLM, arXiv
 * 2401.14112).
 */
export type Fp6Split = (typeof FP6_SPLITS)[number];

/** Both divisions by name. */
export const FP6_SPLITS = ["4+2", "2+4"] as const;

/** Bits of the upper stream. */
const upperBits = (split: Fp6Split): number => (split === "4+2" ? 4 : 2);

/** A part that holds `bits` bits of every code, those from bit `shift` on, one after the other. */
export interface CodeStream {
  readonly part: string;
  readonly bits: number;
  readonly shift: number;
}

/** The two streams of a division, by the parts that hold them. */
export const splitStreams = (split: Fp6Split): readonly CodeStream[] => {
  const below = 6 - upperBits(split);
  return [
    {part: "upper", bits: upperBits(split), shift: below},
    {part: "lower", bits: below, shift: 0},
  ];
};

/** Codes in two streams of bytes, lowest bits first: of four bits eight fill 32 bits, of two bits sixteen. */
export interface SplitCodes {
  readonly upper: Uint8Array;
  readonly lower: Uint8Array;
}

/** Lengths of both streams of `count` codes, in bytes. */
export function splitLengths(
  count: number,
  split: Fp6Split,
): {readonly upper: number; readonly lower: number} {
  const bits = upperBits(split);
  return {upper: packedLength(count, bits), lower: packedLength(count, 6 - bits)};
}

/** Splits codes of six bits into their streams. */
export function splitCodes(codes: Uint8Array, split: Fp6Split): SplitCodes {
  const bits = upperBits(split);
  const below = 6 - bits;
  const mask = 2 ** below - 1;
  return {
    upper: packCodes(
      codes.map((code) => code >> below),
      bits,
    ),
    lower: packCodes(
      codes.map((code) => code & mask),
      below,
    ),
  };
}

/**
 * The `count` codes that {@link splitCodes} split.
 * @throws RangeError if a stream does not have exactly the length of that many codes.
 */
export function joinCodes({upper, lower}: SplitCodes, split: Fp6Split, count: number): Uint8Array {
  const bits = upperBits(split);
  const high = unpackCodes(upper, bits, count);
  const low = unpackCodes(lower, 6 - bits, count);
  return Uint8Array.from(low, (code, i) => (high[i] << (6 - bits)) | code);
}
