import type {Tokenizer} from "../../../io/tokenizer/assemble.js";
import {type Grammar, literal, rule, sequence} from "../language/expression.js";
import {type ByteVocabulary, byteVocabulary} from "./byte-vocabulary.js";

/**
 * The vocabulary of a tokenizer, special tokens left out.
 * @param size tokens of the model, where these are more or fewer than the tokenizer's
 */
export function tokenizerVocabulary(tokenizer: Tokenizer, size = tokenizer.size): ByteVocabulary {
  return byteVocabulary(size, (id) => tokenizer.bytes(id));
}

const SPACE = 0x20;

/**
 * A grammar for a vocabulary: where every token is a word with a space before it, as in tokenizers of one id a word, the
 * text after a prompt begins with that space, and so must the grammar's.
 */
export function grammarFor(grammar: Grammar, {bytes}: ByteVocabulary): Grammar {
  if (bytes.length === 0 || !bytes.every(([first]) => first === SPACE)) return grammar;
  const root = `space, ${grammar.root}`;
  return {root, rules: new Map([[root, sequence(literal(" "), rule(grammar.root))], ...grammar.rules])};
}
