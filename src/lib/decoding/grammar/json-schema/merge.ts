import {
  isObject,
  type Keywords,
  type Path,
  pointerStep,
  schemaFault,
  type Type,
  typesOf,
} from "./keywords.js";

/** Ways to meet two lists of anyOf at once. */
const MOST_PAIRS = 1000;

type MergeValue = (a: unknown, b: unknown, path: Path) => unknown;

const larger: MergeValue = (a, b) => (Number(a) >= Number(b) ? a : b);
const smaller: MergeValue = (a, b) => (Number(a) <= Number(b) ? a : b);
const both: MergeValue = (a, b) => ({allOf: [a, b]});
const equalOnly: MergeValue = (a, b, path) => {
  if (JSON.stringify(a) === JSON.stringify(b)) return a;
  throw schemaFault(path, "the same in all schemas that hold at once", [a, b]);
};

/** How each keyword of two schemas that hold at once becomes one. */
const MERGED: Readonly<Record<string, MergeValue>> = {
  ...{minimum: larger, exclusiveMinimum: larger, minLength: larger, minItems: larger},
  ...{maximum: smaller, exclusiveMaximum: smaller, maxLength: smaller, maxItems: smaller},
  required: (a, b) => [...new Set([a, b].flat())],
  properties: (a, b, path) => {
    if (!isObject(a) || !isObject(b)) throw schemaFault(path, "schemas by name", isObject(a) ? b : a);
    const shared = Object.keys(b).filter((name) => Object.hasOwn(a, name));
    return {...a, ...b, ...Object.fromEntries(shared.map((name) => [name, both(a[name], b[name], path)]))};
  },
  additionalProperties: both,
  items: both,
  type: (a, b, path) => sharedTypes(typesOf({type: a}, path) ?? [], typesOf({type: b}, path) ?? []),
  enum: (a, b) => {
    const others = new Set(valuesIn(b).map((value) => JSON.stringify(value)));
    return valuesIn(a).filter((value) => others.has(JSON.stringify(value)));
  },
  anyOf: (a, b, path) => {
    const pairs = valuesIn(a).length * valuesIn(b).length;
    if (pairs > MOST_PAIRS)
      throw schemaFault(path, `at most ${MOST_PAIRS} ways in all that hold at once`, pairs);
    return valuesIn(a).flatMap((one) => valuesIn(b).map((other) => ({allOf: [one, other]})));
  },
};

const valuesIn = (list: unknown): readonly unknown[] => (Array.isArray(list) ? list : []);

function sharedTypes(a: readonly Type[], b: readonly Type[]): Type[] {
  const covers = (types: readonly Type[], type: Type) =>
    types.includes(type) || (type === "integer" && types.includes("number"));
  return [...new Set([...a.filter((type) => covers(b, type)), ...b.filter((type) => covers(a, type))])];
}

/**
 * One schema in the place of two that hold at once.
 * @throws RangeError naming the keyword that cannot be merged.
 */
export function mergedSchemas(first: Keywords, second: Keywords, path: Path): Keywords {
  const [a, b] = [withEnum(first), withEnum(second)];
  requireSeparate(a, b, path);
  requireSeparate(b, a, path);
  const made: Record<string, unknown> = {...a};
  for (const [key, value] of Object.entries(b)) {
    if (!Object.hasOwn(a, key)) made[key] = value;
    else made[key] = (Object.hasOwn(MERGED, key) ? MERGED[key] : equalOnly)(a[key], value, `${path}/${key}`);
  }
  if (Array.isArray(made.type) && made.type.length === 0) return {...made, enum: [], type: undefined};
  return made;
}

/** A const is an enum of one. */
function withEnum({const: value, ...rest}: Keywords): Keywords {
  return value === undefined ? rest : {...rest, enum: [value]};
}

/** What one schema says of all other properties or items would also hold for those that only the other one names. */
function requireSeparate(a: Keywords, b: Keywords, path: Path): void {
  const named = isObject(b.properties) ? Object.keys(b.properties) : [];
  const own = isObject(a.properties) ? a.properties : {};
  const further = named.find((name) => !Object.hasOwn(own, name));
  if (a.additionalProperties !== undefined && a.additionalProperties !== true && further !== undefined)
    throw schemaFault(
      `${path}/properties/${pointerStep(further)}`,
      "named by each of the schemas that hold at once, as one of them restricts all others",
      own,
    );
  if (a.items !== undefined && b.prefixItems !== undefined)
    throw schemaFault(`${path}/prefixItems`, "in the schema that has items", b.prefixItems);
}
