import type {JsonObject} from "../json-file.js";
import {asId, asString, tokenizerProblem, workLimit} from "./fields.js";
import {MOST_UNITS, trie} from "./trie.js";
import {parseUnknownToken, parseVocabulary, type TokenModel, unknownId} from "./vocabulary.js";
import {keepingWords} from "./word-cache.js";

/**
 * A `model` of tokenizer.json of type WordPiece: a word is cut into the longest entries from its start; those within it
 * are spelled with a prefix. (arXiv:1810.04805; https://github.com/google-research/bert, tokenization.py)
 * @throws FormatError naming the entry that is wrong.
 */
export function parseWordPiece(model: JsonObject): TokenModel {
  const vocabulary = parseVocabulary(model.get("vocab"));
  const prefix = asString(model.get("continuing_subword_prefix") ?? "##", "model.continuing_subword_prefix");
  const most = asId(model.get("max_input_chars_per_word") ?? 100, "model.max_input_chars_per_word");
  const unknownToken = parseUnknownToken(model) ?? "[UNK]";
  const within = new Map(
    Array.from(vocabulary)
      .filter(([token]) => token.startsWith(prefix))
      .map(([token, id]) => [token.slice(prefix.length), id]),
  );
  const [starts, parts] = [trie(vocabulary), trie(within)];
  if (starts === undefined || parts === undefined)
    throw tokenizerProblem("too-large", "model.vocab", "more", `at most ${MOST_UNITS} characters in all`);
  return {
    vocabulary,
    encode: keepingWords((word) => {
      const unknown = () => [unknownId(unknownToken, vocabulary, word)];
      if (word.length > most && Array.from(word).length > most) return unknown();
      const ids: number[] = [];
      const work = workLimit("model.vocab", word.length);
      for (let start = 0; start < word.length; ) {
        let [stop, id] = [-1, -1];
        work(
          (start === 0 ? starts : parts).prefixes(word, start, (end, found) => {
            if (end > start) [stop, id] = [end, found];
          }),
        );
        if (stop < 0) return unknown();
        ids.push(id);
        start = stop;
      }
      return ids;
    }),
  };
}
