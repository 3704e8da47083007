import type {JsonObject} from "../json-file.js";
import {parseUnknownToken, parseVocabulary, type TokenModel, unknownId} from "./vocabulary.js";

/** A `model` of tokenizer.json of type WordLevel: every piece is a word with an id of its own. */
export function parseWordLevel(model: JsonObject): TokenModel {
  const vocabulary = parseVocabulary(model.get("vocab"));
  const unknownToken = parseUnknownToken(model);
  return {
    vocabulary,
    encode: (word) => [vocabulary.get(word) ?? unknownId(unknownToken, vocabulary, word)],
  };
}
