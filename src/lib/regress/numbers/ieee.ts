import {requireInteger} from "../../tensor/require.js";
import {digitTokens, type NumberTokenizer, requireNumber, SIGNS, symbolOf, tokensOf} from "./tokenizer.js";

/**
 * The power as an exact integer rounded once, or below one as the nearest double: one over a power that is exact, where
 * `**` may be off by a bit.
 */
function power(base: number, exponent: number): number {
  if (exponent >= 0) return Number(BigInt(base) ** BigInt(exponent));
  if (base === 10) return Number(`1e${exponent}`);
  const inverse = power(base, -exponent);
  return Number.isFinite(inverse) ? 1 / inverse : base ** exponent;
}

/** The exponent of the first digit. Logarithms of other engines may differ in the last bit, hence both corrections. */
function leadingExponent(size: number, base: number): number {
  if (size === 0) return 0;
  const exponent = Math.floor(Math.log(size) / Math.log(base));
  if (power(base, exponent + 1) <= size) return exponent + 1;
  return power(base, exponent) > size ? exponent - 1 : exponent;
}

/**
 * Sign, sign and digits of the exponent, digits of the mantissa, whose point stands after the first: 72.5 in four digits
 * is `<+><+><1><7><2><5><0>`. It truncates, so 1.001 becomes 1.000: the product with a thousand is below 1001 in float64.
 * What is too small becomes zero. (RegressLM, `IEEEFloatTokenizer`)
 * @param base 2 to 10
 */
export function ieee(base = 10, numExponentDigits = 1, numMantissaDigits = 4): NumberTokenizer {
  const digits = digitTokens("ieee", base);
  requireInteger("ieee", "numExponentDigits", numExponentDigits, 1, 3);
  requireInteger("ieee", "numMantissaDigits", numMantissaDigits, 1, 16);
  const steps = power(base, numMantissaDigits - 1);
  const largestExponent = power(base, numExponentDigits) - 1;
  // In this order of operations, as the published class has it.
  const largest = power(base, largestExponent) * ((power(base, numMantissaDigits) - 1) / steps);

  const mantissaOf = (size: number, exponent: number): string => {
    const scaled = Math.trunc(size * power(base, numMantissaDigits - 1 - exponent));
    // The product of a double just below a power may round up to it.
    return BigInt(Math.min(scaled, steps * base - 1))
      .toString(base)
      .slice(0, numMantissaDigits)
      .padEnd(numMantissaDigits, "0");
  };

  return {
    length: 2 + numExponentDigits + numMantissaDigits,
    tokens: [...SIGNS, ...digits],
    encode(target) {
      requireNumber("ieee", target);
      const size = Math.min(Math.abs(target), largest, Number.MAX_VALUE);
      const exponent = leadingExponent(size, base);
      const written = Math.abs(exponent).toString(base);
      const signs = [target < 0 ? "-" : "+", exponent < 0 ? "-" : "+"];
      if (written.length > numExponentDigits)
        return tokensOf([...signs, ..."0".repeat(numExponentDigits + numMantissaDigits)]);
      return tokensOf([...signs, ...written.padStart(numExponentDigits, "0"), ...mantissaOf(size, exponent)]);
    },
    decode(tokens) {
      const [sign, exponentSign, ...rest] = tokens.map(symbolOf);
      const exponent = Number.parseInt(rest.slice(0, numExponentDigits).join(""), base);
      const mantissa = Number.parseInt(rest.slice(numExponentDigits).join(""), base) / steps;
      const size = power(base, exponentSign === "-" ? -exponent : exponent) * mantissa;
      return sign === "-" ? -size : size;
    },
    legal: ({length}) => (length < 2 ? SIGNS : digits),
  };
}
