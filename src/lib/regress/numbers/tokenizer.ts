/** A number to learn; null where there is none, such as the time of a setting that cannot run (`INVALID`). */
export type Target = number | null;

/**
 * A way to write a number as tokens, always of the same count, each from a closed list. Tokens are strings in angle
 * brackets, as RegressLM prints them (arXiv:2506.21718).
 */
export interface NumberTokenizer {
  /** Tokens of one number. */
  readonly length: number;
  /** Every token that may stand somewhere, once, in any order. */
  readonly tokens: readonly string[];
  /** @throws RangeError for a target that it has no tokens for. */
  encode(target: Target): string[];
  /** Gives back the number of `length` tokens that `encode` could have written. */
  decode(tokens: readonly string[]): Target;
  /** Tokens that may follow these of one number, fewer than `length`. */
  legal(prefix: readonly string[]): readonly string[];
}

/** The symbol that stands in a token of numbers: `7` of `<7>`. */
export const symbolOf = (token: string): string => token.slice(1, -1);

/** Tokens of symbols: `<7>` of `7`. */
export const tokensOf = (symbols: Iterable<string>): string[] =>
  Array.from(symbols, (symbol) => `<${symbol}>`);

/** The two signs, in the order in which every vocabulary has them. */
export const SIGNS: readonly string[] = ["<+>", "<->"];

/**
 * The tokens of digits below a base.
 * @throws RangeError unless the base is from 2 to 10: beyond it digits of one character and of two are mixed up.
 */
export function digitTokens(where: string, base: number): string[] {
  if (!Number.isInteger(base) || base < 2 || base > 10)
    throw new RangeError(`${where}: base must be an integer from 2 to 10, got ${base}`);
  return Array.from({length: base}, (_, digit) => `<${digit}>`);
}

/** @throws RangeError unless the target is a number, which may be infinite. */
export function requireNumber(where: string, target: Target): asserts target is number {
  if (target === null || Number.isNaN(target))
    throw new RangeError(`${where}: target must be a number, got ${target === null ? "INVALID" : target}`);
}
