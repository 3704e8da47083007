import {requireInteger} from "../../tensor/require.js";
import {digitTokens, type NumberTokenizer, requireNumber, SIGNS, symbolOf, tokensOf} from "./tokenizer.js";

/** Digits of a positive number, the first one not zero, and the power of ten of the first. */
interface Scientific {
  readonly digits: string;
  readonly exponent: number;
}

/**
 * Rounds the exact value of a double to some significant digits, ties to the even digit; `toExponential` alone would
 * round ties up. A hundred digits decide: a double that is no tie is never that near to one.
 */
function roundedScientific(value: number, count: number): Scientific {
  const [mantissa, exponent] = value.toExponential(100).split("e");
  const all = mantissa.replace(".", "");
  const kept = BigInt(all.slice(0, count));
  const rest = all.slice(count);
  const half = `5${"0".repeat(rest.length - 1)}`;
  const isUp = rest > half || (rest === half && kept % 2n === 1n);
  const digits = String(isUp ? kept + 1n : kept);
  const carry = digits.length - count;
  return {digits: digits.slice(0, count), exponent: Number(exponent) + carry};
}

function roundHalfEven(value: number): number {
  const below = Math.floor(value);
  const part = value - below;
  return part > 0.5 || (part === 0.5 && below % 2 === 1) ? below + 1 : below;
}

/**
 * Sign, digits, and one token for the power of ten that the digits are multiplied by, as an integer: 72.5 in three
 * digits is `<+><7><2><5><E-1>`. Larger numbers become the largest, smaller ones a multiple of the smallest.
 * (RegressLM, `P10Tokenizer`)
 * @param numDigits significant digits, 1 to 16
 * @param exponentRange largest power of ten, and below zero the smallest, 1 to 250
 */
export function p10(numDigits = 4, exponentRange = 10): NumberTokenizer {
  requireInteger("p10", "numDigits", numDigits, 1, 16);
  requireInteger("p10", "exponentRange", exponentRange, 1, 250);
  const digits = digitTokens("p10", 10);
  const exponents = Array.from({length: 2 * exponentRange + 1}, (_, i) => `<E${i - exponentRange}>`);
  const largest = Number(`${"9".repeat(numDigits)}e${exponentRange}`);
  const smallest = 10 ** (numDigits - 1) * Number(`1e-${exponentRange}`);

  const magnitude = (value: number): number => {
    const size = Math.min(Math.abs(value), largest);
    return size < smallest ? smallest * roundHalfEven(size / smallest) : size;
  };

  return {
    length: numDigits + 2,
    tokens: [...SIGNS, ...digits, ...exponents],
    encode(target) {
      requireNumber("p10", target);
      const sign = target < 0 ? "-" : "+";
      const size = magnitude(target);
      if (size === 0) return tokensOf([sign, ..."0".repeat(numDigits), "E0"]);
      const rounded = roundedScientific(size, numDigits);
      return tokensOf([sign, ...rounded.digits, `E${rounded.exponent - numDigits + 1}`]);
    },
    decode(tokens) {
      const [sign, ...rest] = tokens.map(symbolOf);
      const size = Number(`${rest.slice(0, numDigits).join("")}e${rest[numDigits].slice(1)}`);
      return sign === "-" ? -size : size;
    },
    legal: ({length}) => (length === 0 ? SIGNS : length <= numDigits ? digits : exponents),
  };
}
