/** A schema that is no boolean: its keywords. */
export type Keywords = Readonly<Record<string, unknown>>;

/** Place in a schema as a JSON pointer, such as #/properties/name. */
export type Path = string;

/** Kinds of JSON values that `type` names. */
export const TYPES = ["string", "integer", "number", "boolean", "null", "object", "array"] as const;
/** One of {@link TYPES}. */
export type Type = (typeof TYPES)[number];

/** Keywords that say something about values of one kind only. */
export const KEYWORDS_OF: Readonly<Partial<Record<Type, readonly string[]>>> = {
  string: ["minLength", "maxLength", "pattern", "format"],
  number: ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"],
  object: ["properties", "required", "additionalProperties"],
  array: ["items", "prefixItems", "minItems", "maxItems"],
};

/** Keywords that combine schemas or name values. */
const GENERAL = ["type", "enum", "const", "anyOf", "oneOf", "allOf", "$ref", "$defs", "definitions"];

/** Keywords that allow and forbid nothing. */
const NOTES: ReadonlySet<string> = new Set([
  ...["title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly"],
  ...["$comment", "$schema"],
]);

const SUPPORTED: ReadonlySet<string> = new Set([...GENERAL, ...Object.values(KEYWORDS_OF).flat()]);

/** Error that names the place in a schema, what may stand there, and what does. */
export function schemaFault(path: Path, allowed: string, got: unknown): RangeError {
  return new RangeError(`jsonSchemaGrammar: ${path} must be ${allowed}, got ${shown(got)}`);
}

/** A value in few words: a schema by its keywords, however deep it is. */
function shown(got: unknown): string {
  if (Array.isArray(got)) return got.length === 0 ? "an empty list" : `a list of ${got.length}`;
  if (isObject(got)) return Object.keys(got).slice(0, 8).join(", ") || "no keywords";
  return (JSON.stringify(got) ?? "nothing").slice(0, 120);
}

/**
 * The keywords of a schema that say something.
 * @throws RangeError naming a keyword that is not supported, with its path.
 */
export function keywordsOf(schema: object, path: Path): Keywords {
  const kept: [string, unknown][] = [];
  for (const [key, value] of Object.entries(schema)) {
    if (NOTES.has(key) || (key === "$id" && path === "#")) continue;
    if (key === "uniqueItems" && value === false) continue;
    if (!SUPPORTED.has(key))
      throw schemaFault(`${path}/${key}`, "left out: the keyword is not supported", key);
    kept.push([key, value]);
  }
  return Object.fromEntries(kept);
}

/** True for an object of JSON. */
export const isObject = (value: unknown): value is Keywords =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A list of schemas. @throws RangeError for something else. */
export function schemaList(value: unknown, path: Path): readonly unknown[] {
  if (!Array.isArray(value) || value.length === 0) throw schemaFault(path, "a list of schemas", value);
  return value;
}

/** A step of a JSON pointer (RFC 6901). */
export const pointerStep = (name: string | number): string =>
  String(name).replaceAll("~", "~0").replaceAll("/", "~1");

/** Names of the kinds that `type` allows, or undefined without it. @throws RangeError for a name that is none. */
export function typesOf({type}: Keywords, path: Path): readonly Type[] | undefined {
  if (type === undefined) return undefined;
  const named = [type].flat();
  const isType = (name: unknown): name is Type => TYPES.some((each) => each === name);
  if (named.length === 0 || !named.every(isType))
    throw schemaFault(`${path}/type`, `of ${TYPES.join(", ")}`, type);
  return named;
}

/** A keyword's integer from 0 on, or the default. @throws RangeError for something else, or more than a limit. */
export function countOf<T>(
  keywords: Keywords,
  key: string,
  path: Path,
  limit: number,
  missing: T,
): number | T {
  const value = keywords[key];
  if (value === undefined) return missing;
  if (typeof value !== "number" || !Number.isInteger(value) || value < 0 || value > limit)
    throw schemaFault(`${path}/${key}`, `an integer from 0 to ${limit}`, value);
  return value;
}
