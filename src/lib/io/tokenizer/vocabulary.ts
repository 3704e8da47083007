import type {JsonObject} from "../json-file.js";
import type {Json} from "../strict-json.js";
import {asId, asObject, asString} from "./fields.js";

/** Model that turns the pieces of a text into ids. */
export interface TokenModel {
  readonly vocabulary: ReadonlyMap<string, number>;
  /** All entries, where one may stand under several ids: the vocabulary has the last. */
  readonly entries?: Iterable<readonly [string, number]>;
  /** The ids of one piece. @throws RangeError if a part of it has no id and the model has no unknown token. */
  encode(piece: string): readonly number[];
}

/** The `vocab` of a model: ids by token. */
export function parseVocabulary(value: Json | undefined): ReadonlyMap<string, number> {
  const vocab = asObject(value, "model.vocab");
  return new Map(
    Array.from(vocab, ([token, id]) => [token, asId(id, `model.vocab "${token.slice(0, 40)}"`)]),
  );
}

/** The token for what has none; null if there is none. Byte-level models may name one that they lack: they never need it. */
export function parseUnknownToken(model: JsonObject): string | null {
  const token = model.get("unk_token") ?? null;
  return token === null ? null : asString(token, "model.unk_token");
}

/** The id that stands for `text`. @throws RangeError if the vocabulary lacks the unknown token. */
export function unknownId(
  unknownToken: string | null,
  vocabulary: ReadonlyMap<string, number>,
  text: string,
): number {
  const id = unknownToken === null ? undefined : vocabulary.get(unknownToken);
  if (id !== undefined) return id;
  throw new RangeError(
    `encode: text must be made of entries of the vocabulary, since it has no unknown token, got ${text.slice(0, 80)}`,
  );
}
