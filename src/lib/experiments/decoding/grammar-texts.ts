/** Grammars that are measured, and texts that follow them. */
import {jsonSchemaGrammar} from "../../decoding/grammar/json-schema/json-schema.js";
import {parseEbnf} from "../../decoding/grammar/language/ebnf.js";
import type {Grammar} from "../../decoding/grammar/language/expression.js";
import {randomText} from "../../decoding/grammar/language/random-text.js";
import {keys, values, vocabulary} from "../../tasks/vocabulary.js";
import {type RandomStream, randomStream} from "../../tensor/random.js";

/** JSON (RFC 8259) in the notation of XGrammar and llama.cpp. */
export const JSON_EBNF = String.raw`root   ::= ws value ws
value  ::= object | array | string | number | "true" | "false" | "null"
object ::= "{" ws ( pair ( "," ws pair )* )? "}"
pair   ::= string ws ":" ws value ws
array  ::= "[" ws ( value ws ( "," ws value ws )* )? "]"
string ::= "\"" ( [^"\\\x00-\x1F] | "\\" ( ["\\/bfnrt] | "u" [0-9a-fA-F]{4} ) )* "\""
number ::= "-"? ( "0" | [1-9] [0-9]* ) ( "." [0-9]+ )? ( [eE] [-+]? [0-9]+ )?
ws     ::= [ \t\n\r]*
`;

/** Sums, products and brackets. */
export const ARITHMETIC_EBNF = `root    ::= sum
sum     ::= product ( [-+] product )*
product ::= factor ( [*/] factor )*
factor  ::= number | "(" sum ")" | "-" factor
number  ::= [0-9]{1,4} ( "." [0-9]{1,2} )?
`;

/** A small programming language: definitions, conditions and calls. */
export const PROGRAM_EBNF = `root       ::= statement+
statement  ::= "let " name " = " expression ";\\n" | "if (" expression ") {\\n" statement* "}\\n" | "return " expression ";\\n"
expression ::= term ( " " ( "+" | "-" | "*" | "===" | "<" ) " " term )*
term       ::= number | name ( "(" ( expression ( ", " expression )* )? ")" )? | "(" expression ")"
name       ::= ( "total" | "count" | "value" | "index" | "limit" ) [0-9]?
number     ::= "0" | [1-9] [0-9]{0,3}
`;

/** A record with a list, a bounded number and an optional part. */
export const RECORD_SCHEMA = {
  type: "object",
  properties: {
    animal: {type: "string"},
    things: {type: "array", items: {type: "string"}},
    seen: {type: "integer", minimum: 0, maximum: 999},
    where: {enum: ["house", "valley", "river"]},
    parent: {anyOf: [{$ref: "#"}, {type: "null"}]},
  },
  required: ["animal", "things", "seen"],
} as const;

/** A grammar and texts of it. */
export interface GrammarCase {
  readonly id: string;
  readonly label: string;
  readonly grammar: () => Grammar;
  /** Texts of a seed. */
  texts(count: number): readonly string[];
}

/** The grammars, in the order of the rows. */
export const GRAMMAR_CASES: readonly GrammarCase[] = [
  {
    id: "json",
    label: "Any JSON",
    grammar: () => parseEbnf(JSON_EBNF),
    texts: (count) => drawn("json", count, (random) => JSON.stringify(record(random, 2), null, 2)),
  },
  {
    id: "schema",
    label: "A JSON Schema of records",
    grammar: () => jsonSchemaGrammar(RECORD_SCHEMA),
    texts: (count) => drawn("schema", count, (random) => JSON.stringify(record(random, 2))),
  },
  {
    id: "arithmetic",
    label: "Arithmetic",
    grammar: () => parseEbnf(ARITHMETIC_EBNF),
    texts: (count) => ofGrammar("arithmetic", count, parseEbnf(ARITHMETIC_EBNF)),
  },
  {
    id: "program",
    label: "A small programming language",
    grammar: () => parseEbnf(PROGRAM_EBNF),
    texts: (count) => ofGrammar("program", count, parseEbnf(PROGRAM_EBNF)),
  },
];

/** Bytes after which a drawn text ends as soon as it can. */
const TEXT_BYTES = 80;

function ofGrammar(label: string, count: number, grammar: Grammar): string[] {
  return drawn(label, count, (random) => new TextDecoder().decode(randomText(grammar, random, TEXT_BYTES)));
}

function drawn(label: string, count: number, text: (random: RandomStream) => string): string[] {
  const random = randomStream(17, `grammar texts, ${label}`);
  return Array.from({length: count}, () => text(random));
}

/** A record of the words of the corpus, with parents up to a depth. */
function record(random: RandomStream, depth: number): object {
  const wordIn = ({first, size}: {readonly first: number; readonly size: number}) =>
    vocabulary[first + random.integer(size)];
  const things = Array.from({length: 1 + random.integer(3)}, () => wordIn(values));
  const parent = depth > 0 && random.integer(2) === 0 ? record(random, depth - 1) : null;
  const where = ["house", "valley", "river"][random.integer(3)];
  return {animal: wordIn(keys), things, seen: random.integer(1000), where, parent};
}
