/** Grammars of the tests, and words over them. */

import {jsonSchemaGrammar} from "../../../src/lib/decoding/grammar/json-schema/json-schema.js";
import {parseEbnf} from "../../../src/lib/decoding/grammar/language/ebnf.js";
import type {Grammar} from "../../../src/lib/decoding/grammar/language/expression.js";
import {randomText} from "../../../src/lib/decoding/grammar/language/random-text.js";
import {
  type ByteVocabulary,
  byteVocabulary,
} from "../../../src/lib/decoding/grammar/masks/byte-vocabulary.js";
import {randomStream} from "../../../src/lib/tensor/random.js";

export const JSON_EBNF = String.raw`
# RFC 8259
root   ::= ws value ws
value  ::= object | array | string | number | "true" | "false" | "null"
object ::= "{" ws ( pair ( "," ws pair )* )? "}"
pair   ::= string ws ":" ws value ws
array  ::= "[" ws ( value ws ( "," ws value ws )* )? "]"
string ::= "\"" ( [^"\\\x00-\x1F] | "\\" ( ["\\/bfnrt] | "u" [0-9a-fA-F]{4} ) )* "\""
number ::= "-"? ( "0" | [1-9] [0-9]* ) ( "." [0-9]+ )? ( [eE] [-+]? [0-9]+ )?
ws     ::= [ \t\n\r]*
`;

export const ARITHMETIC_EBNF = `
root ::= sum ("=" number)?
sum ::= product ([-+] product)*
product ::= factor ([*/] factor)*
factor ::= number | "(" sum ")" | "-" factor
number ::= [0-9]{1,3} ("." [0-9]+)?
`;

/** Statements with blocks, where what ends a word depends on what called it. */
export const TOY_EBNF = `
root ::= block
block ::= statement*
statement ::= "let " name " = " value ";" | "if " value " {" block "}" | "print " value ";"
value ::= name | [0-9]+ | name "(" (value ("," " "? value)*)? ")" | "'" [^'é]* "é"? "'"
name ::= [a-z] [a-z0-9_]*
`;

export const PERSON_SCHEMA = {
  type: "object",
  properties: {
    name: {type: "string"},
    age: {type: "integer", minimum: 0, maximum: 150},
    tags: {type: "array", items: {enum: ["red", "green", "blue"]}, maxItems: 3},
    friend: {anyOf: [{$ref: "#"}, {type: "null"}]},
  },
  required: ["name"],
};

/** One grammar of each kind. */
export const GRAMMARS: Readonly<Record<string, Grammar>> = {
  json: parseEbnf(JSON_EBNF),
  schema: jsonSchemaGrammar(PERSON_SCHEMA),
  arithmetic: parseEbnf(ARITHMETIC_EBNF),
  toy: parseEbnf(TOY_EBNF),
  // Nested and nullable calls, ends that are shared, two ways to read one text.
  tangled: parseEbnf(
    'root ::= a b? a\na ::= "x" c? ("y" a "y")? | b c\nb ::= "x"* "z"\nc ::= ("q" | "qz")* ("z" c)?',
  ),
};

/** All bytes, and pieces of texts of a grammar of 2 to 9 bytes, some cut within a character. */
export function piecesVocabulary(grammar: Grammar, pieces: number): ByteVocabulary {
  const random = randomStream(7, "pieces");
  const known = new Map<string, Uint8Array>();
  for (let tries = 0; known.size < pieces && tries < 20 * pieces; tries++) {
    const text = randomText(grammar, random, 40);
    if (text.length < 2) continue;
    const from = random.integer(text.length - 1);
    const piece = text.slice(from, from + 2 + random.integer(8));
    known.set(piece.join(), piece);
  }
  const all = [...known.values()];
  return byteVocabulary(256 + all.length, (id) => (id < 256 ? Uint8Array.of(id) : all[id - 256]));
}
