import {FormatError} from "./format-error.js";
import {type Json, type JsonLimits, JsonProblem, parseStrictJson} from "./strict-json.js";

/** A JSON object of a file. */
export type JsonObject = ReadonlyMap<string, Json>;

/** Origin of the bytes of a JSON object, for messages and caps. */
export interface JsonPlace {
  /** The public function on whose behalf the file is read. */
  readonly reader: string;
  /** Name of the bytes: `header`, `config.json`. */
  readonly field: string;
  /** Byte of the file at which they start. */
  readonly offset?: number;
  readonly limits: JsonLimits;
}

/** Caps for the small JSON files beside a checkpoint (config, shard index). */
export const SIDE_FILE_LIMITS: JsonLimits = {
  maxDepth: 32,
  maxValues: 1_000_000,
  maxString: 2 ** 20,
  bareNumbers: true,
};

/**
 * Parses bytes that must hold one JSON object in UTF-8.
 * @throws FormatError with kind `not-utf8`, `not-an-object`, or one of {@link parseStrictJson}'s.
 */
export function parseJsonObject(
  bytes: Uint8Array,
  {reader, field, offset = 0, limits}: JsonPlace,
): JsonObject {
  const text = decodeUtf8(bytes);
  const fail = (kind: string, at: number, value: unknown, allowed: string) =>
    new FormatError(reader, {kind, offset: offset + at, field, value, allowed});
  if (text === undefined) throw fail("not-utf8", 0, "bytes that are not", "UTF-8 text");
  try {
    const value = parseStrictJson(text, limits);
    if (!(value instanceof Map))
      throw new JsonProblem("not-an-object", 0, text.slice(0, 81), "a JSON object");
    return value;
  } catch (error) {
    if (!(error instanceof JsonProblem)) throw error;
    const at = new TextEncoder().encode(text.slice(0, error.index)).length;
    throw fail(error.kind, at, error.value, error.message);
  }
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", {fatal: true, ignoreBOM: true}).decode(bytes);
  } catch {
    return undefined;
  }
}
