import {ieee} from "./ieee.js";
import {normalized} from "./normalized.js";
import {p10} from "./p10.js";
import type {NumberTokenizer} from "./tokenizer.js";

/** Sizes of a tokenizer of numbers; each reads those that it has. */
export interface TokenizerParams {
  readonly base?: number;
  /** Digits of the number itself. */
  readonly digits?: number;
  readonly exponentDigits?: number;
  /** Largest power of ten. */
  readonly exponentRange?: number;
}

/** A way to write numbers as tokens, by its id. */
export interface NumberScheme {
  readonly id: string;
  readonly title: string;
  readonly make: (params: TokenizerParams) => NumberTokenizer;
}

/** Every way to write numbers as tokens. */
export const NUMBER_SCHEMES: readonly NumberScheme[] = [
  {id: "p10", title: "P10", make: ({digits, exponentRange}) => p10(digits, exponentRange)},
  {
    id: "ieee",
    title: "IEEE-like",
    make: ({base, digits, exponentDigits}) => ieee(base, exponentDigits, digits),
  },
  {id: "normalized", title: "normalized", make: ({base, digits}) => normalized(base, digits)},
];

/**
 * The tokenizer of a scheme.
 * @throws RangeError if there is no scheme of that id, or for sizes that it cannot have.
 */
export function numberTokenizer(id: string, params: TokenizerParams = {}): NumberTokenizer {
  const scheme = NUMBER_SCHEMES.find((each) => each.id === id);
  if (scheme === undefined) {
    const known = NUMBER_SCHEMES.map((each) => each.id).join(", ");
    throw new RangeError(`numberTokenizer: id must be one of ${known}, got ${id}`);
  }
  return scheme.make(params);
}
