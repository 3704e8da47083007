/** Texts of JSON (RFC 8259) as parts of a grammar. */
import {type CodePoints, characters, complementOf, intersectionOf} from "../language/characters.js";
import {
  byte,
  choice,
  EMPTY,
  type Expression,
  literal,
  optional,
  repeat,
  sequence,
} from "../language/expression.js";

/** Blanks between the parts of a text. */
export const anyBlanks: Expression = repeat(
  characters([
    [0x20, 0x20],
    [0x09, 0x0a],
    [0x0d, 0x0d],
  ]),
  0,
  null,
);

/** Characters that a JSON string holds as they are: all but quotes, backslashes and control characters. */
export const PLAIN: readonly CodePoints[] = complementOf([
  [0, 0x1f],
  [0x22, 0x22],
  [0x5c, 0x5c],
]);
const SHORT_ESCAPES: Readonly<Record<number, string>> = {
  8: "\\b",
  9: "\\t",
  10: "\\n",
  12: "\\f",
  13: "\\r",
  34: '\\"',
  92: "\\\\",
};
const ESCAPED = complementOf(PLAIN);

const hex = characters([
  [0x30, 0x39],
  [0x41, 0x46],
  [0x61, 0x66],
]);
const digitsOf = (low: string, high: string) =>
  choice([characters([[low.charCodeAt(0), high.charCodeAt(0)]])]);
const letterD = choice([byte(0x44), byte(0x64)]);
const hexUpTo7 = digitsOf("0", "7");
const hex8ToB = choice([
  digitsOf("8", "9"),
  characters([
    [0x41, 0x42],
    [0x61, 0x62],
  ]),
]);
const hexCToF = characters([
  [0x43, 0x46],
  [0x63, 0x66],
]);
const hexButD = choice([
  digitsOf("0", "9"),
  characters([
    [0x41, 0x43],
    [0x45, 0x46],
    [0x61, 0x63],
    [0x65, 0x66],
  ]),
]);

/** Any plain character. */
export const plainCharacter: Expression = characters(PLAIN);

const shortEscape = sequence(
  byte(0x5c),
  characters(Array.from('"\\/bfnrt', (mark): CodePoints => [mark.charCodeAt(0), mark.charCodeAt(0)])),
);

/** A character in a JSON string without \u escapes, which only few control characters need. */
export const shortCharacter: Expression = choice([plainCharacter, shortEscape]);

/** A character in a JSON string, escaped or not; halves of characters are no characters. */
export const stringCharacter: Expression = choice([
  shortCharacter,
  sequence(literal("\\u"), choice([sequence(hexButD, hex, hex, hex), sequence(letterD, hexUpTo7, hex, hex)])),
  sequence(literal("\\u"), letterD, hex8ToB, hex, hex, literal("\\u"), letterD, hexCToF, hex, hex),
]);

/** One character of some ranges, written in a JSON string in one way. */
export function writtenCharacter(ranges: readonly CodePoints[]): Expression {
  const plain = characters(intersectionOf(ranges, PLAIN));
  const escaped = intersectionOf(ranges, ESCAPED).flatMap(([low, high]) =>
    Array.from({length: high - low + 1}, (_, i) => literal(escapeOf(low + i))),
  );
  return choice([plain, ...escaped]);
}

const escapeOf = (point: number): string =>
  SHORT_ESCAPES[point] ?? `\\u${point.toString(16).padStart(4, "0")}`;

/** A JSON string around its characters. */
export const quoted = (inside: Expression): Expression => sequence(byte(0x22), inside, byte(0x22));

const digit = characters([[0x30, 0x39]]);
const digits = repeat(digit, 1, null);

/** An integer without a sign: no zero before other digits. */
export const naturalNumber: Expression = choice([
  byte(0x30),
  sequence(characters([[0x31, 0x39]]), repeat(digit, 0, null)),
]);

/** Any integer. */
export const anyInteger: Expression = sequence(optional(byte(0x2d)), naturalNumber);

/** Any number. */
export const anyNumber: Expression = sequence(
  anyInteger,
  optional(sequence(byte(0x2e), digits)),
  optional(sequence(choice([byte(0x45), byte(0x65)]), optional(choice([byte(0x2b), byte(0x2d)])), digits)),
);

/** A value that is known, with blanks where JSON allows them. */
export function valueText(value: unknown, blanks: Expression): Expression {
  if (Array.isArray(value))
    return listed(
      "[",
      value.map((each) => valueText(each, blanks)),
      "]",
      blanks,
    );
  if (value === null || typeof value !== "object") return literal(JSON.stringify(value));
  const pairs = Object.entries(value).map(([name, each]) => pairText(name, valueText(each, blanks), blanks));
  return listed("{", pairs, "}", blanks);
}

/** A name and its value. */
export const pairText = (name: string, value: Expression, blanks: Expression): Expression =>
  sequence(literal(JSON.stringify(name)), blanks, byte(0x3a), blanks, value);

function listed(open: string, items: readonly Expression[], close: string, blanks: Expression): Expression {
  const parts = items.flatMap((item, i) => [i === 0 ? EMPTY : sequence(byte(0x2c), blanks), item, blanks]);
  return sequence(literal(open), blanks, ...parts, literal(close));
}
