import {anyCharacter, characters} from "./characters.js";
import {type EbnfReader, ebnfReader} from "./ebnf-reader.js";
import {choice, type Expression, type Grammar, literal, repeat, rule, sequence} from "./expression.js";
import {GRAMMAR_LIMITS} from "./limits.js";
import {requireWellFormed} from "./well-formed.js";

/**
 * Reads a grammar in the notation of XGrammar and llama.cpp (GBNF): `name ::= …` with "texts", [classes], (groups), `|`,
 * `?`, `*`, `+`, `{m,n}`, `.` and comments after #. The rule `root` is that of the whole text.
 * @throws RangeError naming line and column for what is no such text, or the rule that is unknown, calls itself first or
 *   never ends.
 */
export function parseEbnf(text: string): Grammar {
  if (text.length > GRAMMAR_LIMITS.text)
    throw new RangeError(
      `parseEbnf: grammar must have at most ${GRAMMAR_LIMITS.text} characters, got ${text.length}`,
    );
  const reader = ebnfReader(text);
  const rules = new Map<string, Expression>();
  for (reader.skip(); !reader.atEnd(); reader.skip()) {
    const from = reader.at;
    if (!reader.atRule()) throw reader.fault("a rule, name ::= …");
    const name = reader.name() ?? "";
    if (rules.has(name)) throw reader.fault(`one rule ${name}`, from);
    reader.skip();
    reader.take("::=");
    rules.set(name, alternatives(reader, 0));
  }
  const grammar: Grammar = {root: "root", rules};
  requireWellFormed("parseEbnf", grammar);
  return grammar;
}

function alternatives(reader: EbnfReader, depth: number): Expression {
  if (depth > GRAMMAR_LIMITS.depth) throw reader.fault(`at most ${GRAMMAR_LIMITS.depth} groups in groups`);
  const options = [items(reader, depth)];
  while (reader.take("|")) options.push(items(reader, depth));
  return choice(options);
}

/** Items up to what ends an alternative. */
function items(reader: EbnfReader, depth: number): Expression {
  const parts: Expression[] = [];
  for (;;) {
    reader.skip();
    const part = reader.atRule() ? undefined : atom(reader, depth);
    if (part === undefined) return sequence(...parts);
    parts.push(counted(reader, part));
  }
}

function atom(reader: EbnfReader, depth: number): Expression | undefined {
  if (reader.atEnd() || reader.next() === "|" || reader.next() === ")") return undefined;
  if (reader.take('"')) return literal(reader.quoted());
  if (reader.take("[")) return characters(reader.classRanges());
  if (reader.take(".")) return anyCharacter;
  if (reader.take("(")) {
    const group = alternatives(reader, depth + 1);
    if (!reader.take(")")) throw reader.fault("a )");
    return group;
  }
  const name = reader.name();
  if (name === undefined) throw reader.fault("a text, a class, a group or the name of a rule");
  return rule(name);
}

/** A part with what says how often it stands. */
function counted(reader: EbnfReader, part: Expression): Expression {
  let made = part;
  for (;;) {
    reader.skip();
    if (reader.take("?")) made = repeat(made, 0, 1);
    else if (reader.take("*")) made = repeat(made, 0, null);
    else if (reader.take("+")) made = repeat(made, 1, null);
    else if (reader.take("{")) made = repeat(made, ...bounds(reader));
    else return made;
  }
}

/** The bounds of {m}, {m,}, {,n} or {m,n}, after the brace. */
function bounds(reader: EbnfReader): [number, number | null] {
  const from = reader.at;
  const min = reader.count();
  const isList = reader.take(",");
  const max = isList ? (reader.count() ?? null) : (min ?? null);
  if ((min === undefined && max === null) || (max !== null && max < (min ?? 0)) || !reader.take("}"))
    throw reader.fault("counts {m}, {m,} or {m,n} with m up to n", from);
  return [min ?? 0, max];
}
