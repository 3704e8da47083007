import {
  choice,
  type Expression,
  type Grammar,
  literal,
  NOTHING,
  rule,
  withBodies,
} from "../language/expression.js";
import {GRAMMAR_LIMITS} from "../language/limits.js";
import {endingRules, requireWellFormed} from "../language/well-formed.js";
import {arrayText} from "./arrays.js";
import {areDisjoint} from "./disjoint.js";
import {anyBlanks, valueText} from "./json-text.js";
import {
  isObject,
  KEYWORDS_OF,
  type Keywords,
  keywordsOf,
  type Path,
  schemaFault,
  schemaList,
  type Type,
  typesOf,
} from "./keywords.js";
import {mergedSchemas} from "./merge.js";
import {objectText} from "./objects.js";
import {integerText, numberText, stringText} from "./scalars.js";
import type {SchemaRules} from "./schema-rules.js";

/** Choices in writing the texts of a schema. */
export interface SchemaOptions {
  /** Whether blanks may stand where JSON allows them, or none. */
  readonly blanks?: "any" | "none";
}

/** Schemas that are read at most, merged ones included. */
const MOST_SCHEMAS = 20_000;
/** Schemas of one oneOf at most: each is held against each. */
const MOST_TOLD_APART = 500;
const ALL_TYPES: readonly Type[] = ["object", "array", "string", "number", "boolean", "null"];

/**
 * A grammar of JSON texts that a schema (draft 2020-12) allows; each of its texts is valid. Some things are narrower than
 * in the draft: properties come in the order of the schema; there are none but the named ones unless `additionalProperties`
 * is given; without `type`, the keywords of one kind stand for this kind; integers have no point, bounded numbers no exponent, strings of bounded length no \u escapes.
 * oneOf is taken where kinds, known values or required properties tell its schemas apart.
 * @throws RangeError naming the place of a keyword that is not supported, or that no text meets.
 */
export function jsonSchemaGrammar(schema: unknown, {blanks = "any"}: SchemaOptions = {}): Grammar {
  const made = new Map<string, Expression>();
  let left = MOST_SCHEMAS;
  const rules: SchemaRules = {
    blanks: blanks === "any" ? anyBlanks : {kind: "sequence", parts: []},
    value: (each, path) => {
      const target = referenceOf(each, path);
      if (target !== undefined)
        return rules.rule(path, () => rules.value(pointed(schema, target, path), target));
      return rules.rule(path, () => {
        if (--left < 0) throw schemaFault(path, `one of at most ${MOST_SCHEMAS} schemas`, each);
        return schemaText(each, path, rules);
      });
    },
    rule(name, body) {
      if (!made.has(name)) {
        made.set(name, NOTHING);
        made.set(name, body());
      }
      return rule(name);
    },
    flat: (each, path) => flatSchema(schema, each, path, 0),
  };
  const root = "schema";
  rules.rule(root, () => rules.value(schema, "#"));
  const grammar: Grammar = {root, rules: withoutEndless(made)};
  if (!grammar.rules.has(root)) throw schemaFault("#", "met by a text that ends", schema);
  requireWellFormed("jsonSchemaGrammar", grammar);
  return grammar;
}

/** Rules without calls of those that have no text, such as branches of anyOf that nothing meets. */
function withoutEndless(rules: ReadonlyMap<string, Expression>): Grammar["rules"] {
  const ending = endingRules(rules);
  const bodies = new Map(
    [...rules.keys()].filter((name) => !ending.has(name)).map((name) => [name, NOTHING]),
  );
  return new Map(
    [...rules].filter(([name]) => ending.has(name)).map(([name, body]) => [name, withBodies(body, bodies)]),
  );
}

/** Where a schema refers to, if it does nothing else. */
function referenceOf(schema: unknown, path: Path): string | undefined {
  if (!isObject(schema) || schema.$ref === undefined) return undefined;
  const {$ref: target, $defs: _, definitions: __, ...rest} = keywordsOf(schema, path);
  return Object.keys(rest).length === 0 ? targetOf(target, path) : undefined;
}

function targetOf(target: unknown, path: Path): string {
  if (typeof target === "string" && /^#(\/|$)/.test(target)) return target;
  throw schemaFault(`${path}/$ref`, "a pointer into the schema itself, # or #/…", target);
}

/** The schema that a pointer leads to. */
function pointed(root: unknown, target: string, path: Path): unknown {
  let at: unknown = root;
  for (const step of target.split("/").slice(1)) {
    const name = decodeURIComponent(step).replaceAll("~1", "/").replaceAll("~0", "~");
    const isThere = typeof at === "object" && at !== null && Object.hasOwn(at, name);
    if (!isThere) throw schemaFault(`${path}/$ref`, "a pointer to a schema that is there", target);
    at = (at as Record<string, unknown>)[name];
  }
  return at;
}

/** A schema with what it refers to and its allOf merged into it. */
function flatSchema(root: unknown, schema: unknown, path: Path, depth: number): Keywords {
  if (depth > GRAMMAR_LIMITS.depth) throw schemaFault(path, "without references in a circle", schema);
  if (schema === true) return {};
  if (schema === false) return {enum: []};
  if (!isObject(schema)) throw schemaFault(path, "a schema", schema);
  const {$ref, allOf, $defs: _, definitions: __, ...own} = keywordsOf(schema, path);
  const parts = allOf === undefined ? [] : schemaList(allOf, `${path}/allOf`);
  const flat = parts.map((part, i) => flatSchema(root, part, `${path}/allOf/${i}`, depth + 1));
  if ($ref !== undefined) {
    const target = targetOf($ref, path);
    flat.push(flatSchema(root, pointed(root, target, path), target, depth + 1));
  }
  return flat.reduce((merged, part) => mergedSchemas(merged, part, path), own);
}

/** Texts of a schema's values. */
function schemaText(schema: unknown, path: Path, rules: SchemaRules): Expression {
  if (path.split("/").length > GRAMMAR_LIMITS.depth)
    throw schemaFault(path, `at most ${GRAMMAR_LIMITS.depth} steps of schemas within schemas`, schema);
  const keywords = rules.flat(schema, path);
  for (const key of ["anyOf", "oneOf"] as const)
    if (keywords[key] !== undefined) return branches(keywords, key, path, rules);
  if (keywords.enum !== undefined || keywords.const !== undefined) return knownValues(keywords, path, rules);
  return choice(kindsOf(keywords, path).map((type) => kindText(type, keywords, path, rules)));
}

/** The schemas of anyOf or oneOf, each with the keywords beside them. */
function branches(keywords: Keywords, key: "anyOf" | "oneOf", path: Path, rules: SchemaRules): Expression {
  const {[key]: listed, ...beside} = keywords;
  const isAlone = Object.keys(beside).length === 0;
  const all = schemaList(listed, `${path}/${key}`).map((branch, i) => {
    const place = `${path}/${key}/${i}`;
    const whole = mergedSchemas(beside, rules.flat(branch, place), place);
    return {
      place,
      whole,
      value: () => rules.value(isAlone ? branch : whole, isAlone ? place : `${place}, merged`),
    };
  });
  if (key === "oneOf") requireToldApart(all, path);
  return choice(all.map(({value}) => value()));
}

/** @throws RangeError for two schemas of oneOf that a value might meet both. */
function requireToldApart(
  all: readonly {readonly place: Path; readonly whole: Keywords}[],
  path: Path,
): void {
  if (all.length > MOST_TOLD_APART)
    throw schemaFault(`${path}/oneOf`, `a list of at most ${MOST_TOLD_APART} schemas`, all.length);
  for (const [i, {whole}] of all.entries())
    for (const other of all.slice(i + 1))
      if (!areDisjoint(whole, other.whole))
        throw schemaFault(
          other.place,
          `told apart from ${path}/oneOf/${i} by type, known values or a required property; or use anyOf`,
          other.whole,
        );
}

/** The values of enum or const. */
function knownValues(keywords: Keywords, path: Path, rules: SchemaRules): Expression {
  const {enum: values, const: value, type, ...beside} = keywords;
  const further = Object.keys(beside).at(0);
  if (further !== undefined)
    throw schemaFault(`${path}/${further}`, "left out beside enum or const", beside[further]);
  const listed = values === undefined ? [value] : values;
  if (!Array.isArray(listed)) throw schemaFault(`${path}/enum`, "a list of values", values);
  const types = typesOf({type}, path);
  const own =
    value === undefined || values === undefined ? listed : listed.filter((each) => isSame(each, value));
  return choice(own.filter((each) => hasType(each, types)).map((each) => valueText(each, rules.blanks)));
}

const isSame = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

function hasType(value: unknown, types: readonly Type[] | undefined): boolean {
  if (types === undefined) return true;
  if (value === null) return types.includes("null");
  if (Array.isArray(value)) return types.includes("array");
  if (typeof value === "number")
    return types.includes("number") || (types.includes("integer") && Number.isInteger(value));
  return types.some((type) => type === typeof value);
}

/** The kinds that `type` names; without it those whose keywords are there; without these all. */
function kindsOf(keywords: Keywords, path: Path): readonly Type[] {
  const named = typesOf(keywords, path);
  if (named !== undefined)
    return [...new Set(named)].filter((type) => type !== "integer" || !named.includes("number"));
  const meant = ALL_TYPES.filter((type) => KEYWORDS_OF[type]?.some((key) => keywords[key] !== undefined));
  return meant.length > 0 ? meant : ALL_TYPES;
}

function kindText(type: Type, keywords: Keywords, path: Path, rules: SchemaRules): Expression {
  const isAny = Object.keys(keywords).every((key) => key === "type");
  switch (type) {
    case "null":
      return literal("null");
    case "boolean":
      return choice([literal("true"), literal("false")]);
    case "integer":
      return integerText(keywords, path);
    case "number":
      return numberText(keywords, path);
    case "string":
      return stringText(keywords, path);
    case "object":
      return isAny ? anyValueOf("object", rules) : objectText(keywords, path, rules);
    case "array":
      return isAny ? anyValueOf("array", rules) : arrayText(keywords, path, rules);
  }
}

/** Objects and arrays of any values, which are the same everywhere. */
function anyValueOf(type: "object" | "array", rules: SchemaRules): Expression {
  return rules.rule(`any ${type}`, () => {
    const any = rules.rule("any value", () =>
      choice(ALL_TYPES.map((each) => kindText(each, {}, "any value", rules))),
    );
    const shared: SchemaRules = {...rules, value: () => any};
    return type === "object" ? objectText({}, "any object", shared) : arrayText({}, "any array", shared);
  });
}
