import {FormatError} from "../format-error.js";
import type {JsonObject} from "../json-file.js";
import type {Json} from "../strict-json.js";

/** A part of tokenizer.json: what {@link parseTokenizer} throws if it is not what it must be. */
export function tokenizerProblem(kind: string, field: string, value: unknown, allowed: string): FormatError {
  return new FormatError("parseTokenizer", {
    kind,
    offset: null,
    field: `tokenizer.json: ${field}`,
    value,
    allowed,
  });
}

/** @throws FormatError unless `value` is an object. */
export function asObject(value: Json | undefined, field: string): JsonObject {
  if (value instanceof Map) return value;
  throw tokenizerProblem("bad-value", field, value, "an object");
}

/** @throws FormatError unless `value` is an array. */
export function asArray(value: Json | undefined, field: string): readonly Json[] {
  if (Array.isArray(value)) return value;
  throw tokenizerProblem("bad-value", field, value, "an array");
}

/** @throws FormatError unless `value` is a string. */
export function asString(value: Json | undefined, field: string): string {
  if (typeof value === "string") return value;
  throw tokenizerProblem("bad-value", field, value, "a string");
}

/** @throws FormatError unless `value` is a string of one character. */
export function asCharacter(value: Json | undefined, field: string): string {
  const text = asString(value, field);
  if (text !== "" && text.length === String.fromCodePoint(text.codePointAt(0) ?? 0).length) return text;
  throw tokenizerProblem("bad-value", field, text, "one character");
}

/** Times that a step may make a text longer (Unicode's own forms do so up to 18 times), and the length that any may have. */
const [MOST_GROWTH, MOST_ADDED] = [32, 2 ** 16];

/**
 * A limit for what a step of a stranger's file makes of something of `length`: without it a few steps, each of which
 * repeats its input, fill the memory.
 * @returns a function that takes lengths that were made and throws a FormatError when they are too much together.
 */
export function growthLimit(field: string, length: number): (made: number) => void {
  const most = MOST_GROWTH * length + MOST_ADDED;
  let sum = 0;
  return (made) => {
    sum += made;
    if (sum > most)
      throw tokenizerProblem("too-long", field, sum, `steps that make at most ${most} of ${length}`);
  };
}

/** Units that a search in a vocabulary may look at for each of a text's, and beside. */
const [MOST_LOOKS, FREE_LOOKS] = [256, 2 ** 22];

/**
 * A limit for the time that a search takes: entries of thousands of equal letters would take a long one for every letter.
 * @returns a function that takes what was looked at and throws a FormatError when it is too much together.
 */
export function workLimit(field: string, length: number): (looks: number) => void {
  const most = MOST_LOOKS * length + FREE_LOOKS;
  let sum = 0;
  return (looks) => {
    sum += looks;
    if (sum > most) throw tokenizerProblem("too-long", field, sum, `entries that are found in ${most} looks`);
  };
}

/** A token id. Ids stay below 2^26, so that a pair of them makes one exact number. */
export function asId(value: Json | undefined, field: string): number {
  if (Number.isInteger(value) && (value as number) >= 0 && (value as number) < 2 ** 26)
    return value as number;
  throw tokenizerProblem("bad-value", field, value, "an integer from 0 to 2^26 - 1");
}

/** A boolean; absent and null mean `byDefault`. */
export function asFlag(value: Json | undefined, field: string, byDefault = false): boolean {
  const flag = value ?? byDefault;
  if (typeof flag === "boolean") return flag;
  throw tokenizerProblem("bad-value", field, value, "true or false");
}

/** Makers of the parts of a pipeline by their types. */
export type Makers<T> = Readonly<Record<string, (options: JsonObject, field: string) => T>>;

/** A text without lone surrogates: each is U+FFFD, as in UTF-8. */
export function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, "\ufffd");
}

/**
 * The part of a pipeline whose type `component` names, made by the entry of `makers` for it.
 * @throws FormatError naming the field and the types that are known.
 */
export function makeComponent<T>(component: Json | undefined, field: string, makers: Makers<T>): T {
  const options = asObject(component, field);
  const type = asString(options.get("type"), `${field}.type`);
  const make = Object.hasOwn(makers, type) ? makers[type] : undefined;
  if (make === undefined)
    throw tokenizerProblem("unsupported", `${field}.type`, type, `one of ${Object.keys(makers).join(", ")}`);
  return make(options, field);
}
