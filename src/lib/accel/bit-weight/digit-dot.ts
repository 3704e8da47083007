import type {DigitEncoding} from "./digits.js";

/** Orders in which the terms of a sum of products are added. */
export const DOT_ORDERS = ["shift each term", "shift each weight's sum"] as const;

/** One of {@link DOT_ORDERS}. */
export type DotOrder = (typeof DOT_ORDERS)[number];

/** A sum of products of integers, and the work of finding it. */
export interface DigitDot {
  readonly sum: number;
  /** Digits that are not zero, each of which adds a multiple of the other factor. */
  readonly terms: number;
  readonly shifts: number;
  /** Layers of 3:2 compressors passed, none of which waits for a carry. */
  readonly compressions: number;
  /** Additions that carry through all bits. */
  readonly fullAdditions: number;
}

/** A number in two words whose sum it is: nothing is carried until they are added. */
type CarrySave = readonly [sum: number, carry: number];

/** Adds a number of 32 bits to two words by a 3:2 compressor: sums without carries, and the carries beside them. */
export function compressWords([sum, carry]: CarrySave, term: number): CarrySave {
  const ones = sum ^ carry ^ term;
  const carries = ((sum & carry) | (sum & term) | (carry & term)) << 1;
  return [ones | 0, carries | 0];
}

/**
 * The sum of a[k] · b[k] by the digits of a, kept in two words until the end. In the first order each term is shifted to its
 * place as it comes; in the other, terms of one place are summed over k first, and each of these sums is shifted once.
 * (Bit-weight TPE, arXiv:2503.06342, OPT1 and OPT2)
 * @param a integers from -128 to 127; b as many
 * @throws RangeError if the lengths differ, or a number of a is out of its range.
 */
export function digitDot(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  encoding: DigitEncoding,
  order: DotOrder,
): DigitDot {
  if (a.length !== b.length)
    throw new RangeError(`digitDot: b must have ${a.length} numbers, got ${b.length}`);
  const places = encoding.digits(0).length;
  const shiftOf = (place: number) => place * Math.log2(encoding.radix);
  const isLate = order === "shift each weight's sum";
  const held: CarrySave[] = Array.from({length: isLate ? places : 1}, () => [0, 0]);
  let [terms, shifts] = [0, 0];
  for (let k = 0; k < a.length; k++) {
    encoding.digits(a[k]).forEach((digit, place) => {
      if (digit === 0) return;
      terms++;
      if (!isLate && place > 0) shifts++;
      const at = isLate ? place : 0;
      held[at] = compressWords(held[at], (digit * b[k]) << (isLate ? 0 : shiftOf(place)));
    });
  }
  if (!isLate)
    return {sum: (held[0][0] + held[0][1]) | 0, terms, shifts, compressions: terms, fullAdditions: 1};
  const total = held.reduce<CarrySave>(
    (sum, words, place) => words.reduce((all, word) => compressWords(all, word << shiftOf(place)), sum),
    [0, 0],
  );
  return {
    sum: (total[0] + total[1]) | 0,
    terms,
    shifts: 2 * (places - 1),
    compressions: terms + 2 * places,
    fullAdditions: 1,
  };
}
