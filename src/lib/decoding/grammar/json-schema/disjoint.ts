import {isObject, type Keywords, type Type} from "./keywords.js";

/** True if no value can meet both schemas, as far as kinds, known values and required properties show it. */
export function areDisjoint(a: Keywords, b: Keywords): boolean {
  const [kinds, others] = [kindsOf(a), kindsOf(b)];
  if (!kinds.some((kind) => others.includes(kind))) return true;
  const [values, further] = [valuesOf(a), valuesOf(b)];
  if (values !== undefined && further !== undefined) return !values.some((value) => further.includes(value));
  const shared = kinds.filter((kind) => others.includes(kind));
  return shared.every((kind) => kind === "object") && (areToldApart(a, b) || lacks(a, b) || lacks(b, a));
}

/** Kinds of values, an integer being a number. */
function kindsOf({type, enum: values, const: value}: Keywords): readonly string[] {
  if (Array.isArray(values)) return values.map(kindOf);
  if (value !== undefined) return [kindOf(value)];
  const all: readonly Type[] = ["string", "number", "boolean", "null", "object", "array"];
  return type === undefined
    ? all
    : [type].flat().map((kind) => (kind === "integer" ? "number" : String(kind)));
}

const kindOf = (value: unknown): string =>
  value === null ? "null" : Array.isArray(value) ? "array" : typeof value;

function valuesOf({enum: values, const: value}: Keywords): readonly string[] | undefined {
  if (Array.isArray(values)) return values.map((each) => JSON.stringify(each));
  return value === undefined ? undefined : [JSON.stringify(value)];
}

/** True if a property that both require has other known values in each. */
function areToldApart(a: Keywords, b: Keywords): boolean {
  return requiredOf(a).some((name) => {
    const [own, other] = [propertyOf(a, name), propertyOf(b, name)];
    if (!requiredOf(b).includes(name) || own === undefined || other === undefined) return false;
    const [values, further] = [valuesOf(own), valuesOf(other)];
    return values !== undefined && further !== undefined && !values.some((value) => further.includes(value));
  });
}

/** True if one requires a property that the other forbids. */
const lacks = (a: Keywords, b: Keywords): boolean =>
  b.additionalProperties === false && requiredOf(a).some((name) => propertyOf(b, name) === undefined);

const requiredOf = ({required}: Keywords): readonly string[] => (Array.isArray(required) ? required : []);

function propertyOf({properties}: Keywords, name: string): Keywords | undefined {
  if (!isObject(properties) || !Object.hasOwn(properties, name)) return undefined;
  const found = properties[name];
  return isObject(found) ? found : {};
}
