import {type Json, JsonProblem, parseStrictJson} from "../../io/strict-json.js";
import {problem} from "./problem.js";

/** Depth, values and characters of the JSON of a glTF file; buffers in data addresses are long. */
const limits = (text: string) => ({maxDepth: 32, maxValues: 1_000_000, maxString: text.length});

/** An object of a JSON file, and where it stands. */
export interface Place {
  readonly object: ReadonlyMap<string, Json>;
  readonly where: string;
}

/** Parses JSON whose outermost value is an object. @throws FormatError if it is none. */
export function parseObject(text: string): Place {
  try {
    return objectAt(parseStrictJson(text, limits(text)), "glTF");
  } catch (error) {
    if (!(error instanceof JsonProblem)) throw error;
    throw problem(error.kind, "glTF", error.value, error.message, {offset: error.index});
  }
}

function objectAt(value: Json | undefined, where: string): Place {
  if (!(value instanceof Map)) throw problem("object", where, value ?? "nothing", "an object");
  return {object: value, where};
}

/** Elements of a list of objects. @throws FormatError if there is a list of something else. */
export function objectsIn({object, where}: Place, name: string): Place[] {
  const list = object.get(name) ?? [];
  if (!Array.isArray(list)) throw problem("list", `${where}.${name}`, list, "a list");
  return list.map((item, i) => objectAt(item, `${where}.${name}[${i}]`));
}

/** An object inside another, if it is there. */
export function objectIn({object, where}: Place, name: string): Place | undefined {
  const value = object.get(name);
  return value === undefined ? undefined : objectAt(value, `${where}.${name}`);
}

/**
 * A whole number of an object, at least 0.
 * @throws FormatError for another value, or if it is missing and there is no fallback.
 */
export function wholeIn({object, where}: Place, name: string, fallback?: number): number {
  const value = object.get(name) ?? fallback;
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  throw problem("number", `${where}.${name}`, value ?? "nothing", "a whole number of at least 0");
}

/** Numbers of a list, or the fallback. @throws FormatError unless it holds as many finite numbers as the fallback. */
export function numbersIn(
  {object, where}: Place,
  name: string,
  fallback: readonly number[],
): readonly number[] {
  const list = object.get(name);
  if (list === undefined) return fallback;
  const isRight =
    Array.isArray(list) && list.length === fallback.length && list.every((value) => Number.isFinite(value));
  if (!isRight) throw problem("numbers", `${where}.${name}`, list, `${fallback.length} numbers`);
  return list as readonly number[];
}

/** The element that an object names by its index. @throws FormatError if there is none. */
export function elementNamed(list: readonly Place[], place: Place, name: string): Place {
  const index = wholeIn(place, name);
  if (index < list.length) return list[index];
  throw problem("index", `${place.where}.${name}`, index, `below ${list.length}`);
}
