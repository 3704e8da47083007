import {FormatError} from "../../io/format-error.js";
import type {GgufItem, GgufValue} from "../../io/gguf/value.js";

/** The metadata of a GGUF file. */
export type Metadata = ReadonlyMap<string, GgufValue>;

/** The number under a key, or undefined without it. @throws FormatError with kind `bad-value` if it is none. */
export function numberAt(metadata: Metadata, key: string): number | undefined {
  const entry = metadata.get(key);
  if (entry === undefined) return undefined;
  if (typeof entry.value === "number" && Number.isFinite(entry.value)) return entry.value;
  throw badValue(key, entry.value, "a number");
}

/** A number that the model cannot do without. @throws FormatError with kind `bad-value`. */
export function requiredNumber(metadata: Metadata, key: string): number {
  const value = numberAt(metadata, key);
  if (value !== undefined) return value;
  throw badValue(key, "none", "a number");
}

/** The text under a key, or undefined without it. @throws FormatError with kind `bad-value` if it is none. */
export function textAt(metadata: Metadata, key: string): string | undefined {
  const entry = metadata.get(key);
  if (entry === undefined || entry.type === "string") return entry?.value;
  throw badValue(key, entry.value, "a text");
}

/** True or false under a key, or undefined without it. @throws FormatError with kind `bad-value` if it is neither. */
export function flagAt(metadata: Metadata, key: string): boolean | undefined {
  const entry = metadata.get(key);
  if (entry === undefined || entry.type === "bool") return entry?.value;
  throw badValue(key, entry.value, "true or false");
}

/** The texts of an array. @throws FormatError with kind `bad-value` if there is none. */
export function textsAt(metadata: Metadata, key: string): readonly string[] {
  const entry = metadata.get(key);
  if (entry?.type === "array" && entry.of === "string") return entry.value as readonly string[];
  throw badValue(key, entry?.value ?? "none", "a list of texts");
}

/** The numbers of an array, or undefined without it. @throws FormatError with kind `bad-value` if it is none. */
export function numbersAt(metadata: Metadata, key: string): readonly number[] | undefined {
  const entry = metadata.get(key);
  if (entry === undefined) return undefined;
  if (entry.type === "array" && entry.value.every((item: GgufItem) => typeof item === "number")) {
    return entry.value as readonly number[];
  }
  throw badValue(key, entry.value, "a list of numbers");
}

/** An error about a value of the metadata. */
export function badValue(key: string, value: unknown, allowed: string): FormatError {
  return ggufModelProblem("bad-value", key, value, allowed);
}

/** An error about the model in a GGUF file. */
export function ggufModelProblem(kind: string, field: string, value: unknown, allowed: string): FormatError {
  return new FormatError("openGgufModel", {kind, offset: null, field: `GGUF: ${field}`, value, allowed});
}
