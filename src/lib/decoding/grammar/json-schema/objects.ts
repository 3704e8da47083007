import {characters, complementOf, intersectionOf} from "../language/characters.js";
import {
  byte,
  choice,
  EMPTY,
  type Expression,
  literal,
  NOTHING,
  optional,
  repeat,
  sequence,
} from "../language/expression.js";
import {PLAIN, pairText, plainCharacter, quoted, stringCharacter} from "./json-text.js";
import {isObject, type Keywords, type Path, pointerStep, schemaFault} from "./keywords.js";
import type {SchemaRules} from "./schema-rules.js";

/** Characters of the name of a property at most, where other properties must differ from it. */
const LONGEST_NAME = 500;

interface Property {
  readonly isRequired: boolean;
  /** The pair and the blanks behind it. */
  readonly pair: Expression;
}

/** Objects: named properties in the order of the schema, then others where they are allowed. */
export function objectText(keywords: Keywords, path: Path, rules: SchemaRules): Expression {
  const {blanks} = rules;
  const properties = propertiesOf(keywords, path, rules);
  const other = otherPair(keywords, path, rules);
  const comma = sequence(byte(0x2c), blanks);
  const others = other === null ? EMPTY : repeat(sequence(comma, other), 0, null);
  /** Pairs from a place on, after one that is written. */
  const rest = (from: number): Expression => {
    if (from === properties.length) return others;
    return rules.rule(`${path}, from property ${from + 1}`, () => {
      const {isRequired, pair} = properties[from];
      const own = sequence(comma, pair);
      return sequence(isRequired ? own : optional(own), rest(from + 1));
    });
  };
  const firstRequired = properties.findIndex(({isRequired}) => isRequired);
  const first = firstRequired < 0 ? properties : properties.slice(0, firstRequired + 1);
  const options = first.map(({pair}, i) => sequence(pair, rest(i + 1)));
  if (firstRequired < 0) options.push(EMPTY);
  if (firstRequired < 0 && other !== null) options.push(sequence(other, others));
  return sequence(byte(0x7b), blanks, choice(options), byte(0x7d));
}

function propertiesOf(keywords: Keywords, path: Path, rules: SchemaRules): Property[] {
  const {properties = {}, required = [], additionalProperties = true} = keywords;
  if (!isObject(properties)) throw schemaFault(`${path}/properties`, "schemas by name", properties);
  const isNames = Array.isArray(required) && required.every((name) => typeof name === "string");
  if (!isNames) throw schemaFault(`${path}/required`, "a list of names", required);
  const unnamed = required.filter((name) => !Object.hasOwn(properties, name));
  const all = [
    ...Object.entries(properties),
    ...unnamed.map((name) => [name, additionalProperties] as const),
  ];
  return all.map(([name, schema]) => {
    const place = `${path}/properties/${pointerStep(name)}`;
    const pair = () => sequence(pairText(name, rules.value(schema, place), rules.blanks), rules.blanks);
    return {isRequired: required.includes(name), pair: rules.rule(`${place}, with its name`, pair)};
  });
}

/** A property that the schema does not name; null where there is none. */
function otherPair(keywords: Keywords, path: Path, rules: SchemaRules): Expression | null {
  const {properties, required = [], additionalProperties} = keywords;
  const isClosed = additionalProperties === undefined && isObject(properties);
  if (isClosed || additionalProperties === false) return null;
  const names = [Object.keys(isObject(properties) ? properties : {}), required].flat() as string[];
  const long = names.find((name) => name.length > LONGEST_NAME);
  if (long !== undefined)
    throw schemaFault(`${path}/additionalProperties`, "false beside a name this long", long);
  return rules.rule(`${path}, other properties`, () => {
    const name = names.length === 0 ? repeat(stringCharacter, 0, null) : otherName([...new Set(names)]);
    const value = rules.value(additionalProperties ?? true, `${path}/additionalProperties`);
    return sequence(quoted(name), rules.blanks, byte(0x3a), rules.blanks, value, rules.blanks);
  });
}

/** Names without escapes that are none of some. */
function otherName(names: readonly string[]): Expression {
  const firsts = new Map<string, string[]>();
  for (const name of names) {
    if (name === "") continue;
    const first = String.fromCodePoint(name.codePointAt(0) ?? 0);
    firsts.set(first, [...(firsts.get(first) ?? []), name.slice(first.length)]);
  }
  // A name that JSON has to escape is never written here, so that it need not be left out.
  const plain = [...firsts].filter(([first]) => first.length > 1 || JSON.stringify(first).length === 3);
  const known = plain.map(([first]) => first.codePointAt(0) ?? 0);
  const different = intersectionOf(complementOf(known.map((point) => [point, point])), PLAIN);
  return choice([
    names.includes("") ? NOTHING : EMPTY,
    sequence(characters(different), repeat(plainCharacter, 0, null)),
    ...plain.map(([first, rests]) => sequence(literal(first), otherName(rests))),
  ]);
}
