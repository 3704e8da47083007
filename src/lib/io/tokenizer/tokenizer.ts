import type {JsonObject} from "../json-file.js";
import {assembleTokenizer, type Tokenizer} from "./assemble.js";
import {FURTHER_PARTS} from "./further.js";

export {TOKENIZER_LIMITS, type Tokenizer} from "./assemble.js";

/**
 * Reads a published tokenizer.json: BPE, byte-level (GPT-2, Llama 3, Qwen2) or with byte fallback (Llama 2, Mistral),
 * Unigram (T5, XLM-R), WordPiece (BERT), or one id a word. Equal to https://github.com/huggingface/tokenizers for what
 * it accepts, but for characters newer than the Unicode version of one side, and for added tokens with characters of the
 * byte alphabet: they are decoded as the text that they are. The file's `truncation` and `padding` are not applied.
 * @throws FormatError with kind `bad-value` or `unsupported`, naming the field.
 */
export function parseTokenizer(json: JsonObject): Tokenizer {
  return assembleTokenizer(json, FURTHER_PARTS);
}
