import {requireInteger} from "../../tensor/require.js";

/** A way to write an integer of eight bits as a sum of digits times powers, of which hardware adds one for each that is not zero. */
export interface DigitEncoding {
  readonly id: string;
  readonly label: string;
  readonly source: string;
  /** The power whose multiples the digits count: 2 or 4. */
  readonly radix: number;
  /** Digits of an integer from -128 to 127, the least first. */
  digits(value: number): number[];
}

function requireByte(name: string, value: number): void {
  requireInteger(name, "value", value, -128, 127);
}

/** Bits of the magnitude, each with the sign of the number, as a bit-serial array without recoding adds them. */
const bits: DigitEncoding = {
  id: "bits",
  label: "bits of the magnitude",
  source: "plain binary",
  radix: 2,
  digits(value) {
    requireByte("bits", value);
    return Array.from({length: 8}, (_, i) => Math.sign(value) * ((Math.abs(value) >> i) & 1) || 0);
  },
};

/** Canonical signed digits -1, 0, 1: no two neighbours are not zero, and no other digits of base two are fewer. */
const csd: DigitEncoding = {
  id: "csd",
  label: "canonical signed digits",
  source: "non-adjacent form",
  radix: 2,
  digits(value) {
    requireByte("csd", value);
    let rest = value;
    return Array.from({length: 9}, () => {
      const digit = rest % 2 === 0 ? 0 : 2 - (((rest % 4) + 4) % 4);
      rest = (rest - digit) / 2;
      return digit;
    });
  },
};

/** Booth's digits -2 to 2 of base four, each from three neighbouring bits of the two's complement. */
const booth: DigitEncoding = {
  id: "booth",
  label: "Booth, radix 4",
  source: "modified Booth recoding",
  radix: 4,
  digits(value) {
    requireByte("booth", value);
    const bit = (i: number) => (i < 0 ? 0 : (value >> i) & 1);
    return [0, 1, 2, 3].map((i) => -2 * bit(2 * i + 1) + bit(2 * i) + bit(2 * i - 1) || 0);
  },
};

/**
 * EN-T's digits -1, 0, 1, 2 of base four: those of the magnitude, where a 3 is a -1 that carries one; the sign stands apart and
 * is put on each digit here. -128 is a 2 in the highest place.
 * (Bit-weight TPE, github.com/wqzustc/High-Performance-Tensor-Processing-Engines at ebe4db7, encoder_multi_bit.v)
 */
const enT: DigitEncoding = {
  id: "en-t",
  label: "EN-T, radix 4",
  source: "Bit-weight TPE, arXiv:2503.06342",
  radix: 4,
  digits(value) {
    requireByte("en-t", value);
    const magnitude = Math.abs(value);
    let carry = 0;
    // At most 2 comes out of the highest place of 128, so nothing is carried beyond it.
    return [0, 1, 2, 3].map((i) => {
      const sum = ((magnitude >> (2 * i)) & 3) + carry;
      carry = sum > 2 ? 1 : 0;
      return Math.sign(value) * (sum - 4 * carry) || 0;
    });
  },
};

/** All encodings, from the plainest on. */
export const DIGIT_ENCODINGS: readonly DigitEncoding[] = [bits, booth, csd, enT];

/** Digits of each integer from -128 to 127 that are not zero. */
export function digitCounts({digits}: DigitEncoding): Uint8Array {
  return Uint8Array.from({length: 256}, (_, i) => digits(i - 128).filter((digit) => digit !== 0).length);
}
