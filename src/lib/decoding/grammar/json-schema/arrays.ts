import {byte, EMPTY, type Expression, NOTHING, optional, repeat, sequence} from "../language/expression.js";
import {GRAMMAR_LIMITS} from "../language/limits.js";
import {countOf, type Keywords, type Path, schemaFault, schemaList} from "./keywords.js";
import type {SchemaRules} from "./schema-rules.js";

/** Arrays: items that have schemas of their own first, then those that share one. */
export function arrayText(keywords: Keywords, path: Path, rules: SchemaRules): Expression {
  const {blanks} = rules;
  const {items = true, prefixItems} = keywords;
  if (Array.isArray(items)) throw schemaFault(`${path}/items`, "a schema; lists are prefixItems", items);
  const min = countOf(keywords, "minItems", path, GRAMMAR_LIMITS.repeat, 0);
  const max = countOf(keywords, "maxItems", path, GRAMMAR_LIMITS.repeat, null);
  const own = (schema: unknown, place: Path) => sequence(rules.value(schema, place), blanks);
  const first = prefixItems === undefined ? [] : schemaList(prefixItems, `${path}/prefixItems`);
  if (first.length > GRAMMAR_LIMITS.depth)
    throw schemaFault(`${path}/prefixItems`, `at most ${GRAMMAR_LIMITS.depth} schemas`, first.length);
  const prefix = first.map((schema, i) => own(schema, `${path}/prefixItems/${i}`));
  const further = items === false ? NOTHING : own(items, `${path}/items`);
  const listed = itemsFrom(0, {prefix, further, min, max, comma: sequence(byte(0x2c), blanks)});
  return sequence(byte(0x5b), blanks, listed, byte(0x5d));
}

interface Items {
  readonly prefix: readonly Expression[];
  readonly further: Expression;
  readonly min: number;
  readonly max: number | null;
  readonly comma: Expression;
}

/** Items from a place on. */
function itemsFrom(at: number, all: Items): Expression {
  const {prefix, further, min, max, comma} = all;
  if (max !== null && max < min) return NOTHING;
  if (at === max) return EMPTY;
  const before = at === 0 ? EMPTY : comma;
  const isLast = at >= prefix.length;
  const own = sequence(before, isLast ? further : prefix[at]);
  if (isLast && at > 0) return repeat(own, Math.max(0, min - at), max === null ? null : max - at);
  const rest = sequence(own, itemsFrom(at + 1, all));
  return at < min ? rest : optional(rest);
}
