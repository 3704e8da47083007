import {ggufModelProblem} from "./metadata.js";

/** The way in which a byte-level vocabulary cuts a text into words. */
export interface Splits {
  /** One after the other; what a pattern finds stands by itself. */
  readonly patterns: readonly string[];
  /** A word that is in the vocabulary is taken whole, merges or not. */
  readonly wholeWords: boolean;
  /** A begin token is put before a text where the file does not say. */
  readonly addsBegin: boolean;
}

const GPT2 = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";
const CONTRACTIONS = "(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])";
const SPACES = "\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";
/** Llama 3's split and its like, with the most digits in one word. */
const words = (digits: string) =>
  `${CONTRACTIONS}|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}${digits}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|${SPACES}`;
const CAPITALS = "\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}";
const SMALL = "\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}";
const TEKKEN = `[^\\r\\n\\p{L}\\p{N}]?[${CAPITALS}]*[${SMALL}]+|[^\\r\\n\\p{L}\\p{N}]?[${CAPITALS}]+[${SMALL}]*|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|${SPACES}`;

const GPT2_SPLITS: Splits = {patterns: [GPT2], wholeWords: false, addsBegin: false};
const LLAMA3_SPLITS: Splits = {patterns: [words("{1,3}")], wholeWords: true, addsBegin: true};

/**
 * Splits by the names that `tokenizer.ggml.pre` gives them.
 * Source: https://github.com/ggml-org/llama.cpp, src/llama-vocab.cpp.
 */
const SPLITS: Readonly<Record<string, Splits>> = {
  "gpt-2": GPT2_SPLITS,
  "llama-bpe": LLAMA3_SPLITS,
  llama3: LLAMA3_SPLITS,
  "llama-v3": LLAMA3_SPLITS,
  qwen2: {patterns: [words("")], wholeWords: false, addsBegin: false},
  smollm: {patterns: ["\\p{N}", GPT2], wholeWords: false, addsBegin: false},
  tekken: {patterns: [TEKKEN], wholeWords: true, addsBegin: true},
};

/** The splits of that name. @throws FormatError with kind `unsupported` naming those that are known. */
export function splitsOf(name: string | undefined): Splits {
  if (name !== undefined && Object.hasOwn(SPLITS, name)) return SPLITS[name];
  const allowed = `one of ${Object.keys(SPLITS).join(", ")}`;
  throw ggufModelProblem("unsupported", "tokenizer.ggml.pre", name ?? "none", allowed);
}

/** Contractions as published files write them; engines without inline flags need the classes. */
const INLINE = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";

/** The name of the splits with these patterns, or undefined where none has them. */
export function splitNameOf(patterns: readonly string[], wholeWords: boolean): string | undefined {
  const asked = patterns.map((pattern) => pattern.replace(INLINE, CONTRACTIONS)).join("\n");
  return Object.keys(SPLITS).find(
    (name) => SPLITS[name].patterns.join("\n") === asked && SPLITS[name].wholeWords === wholeWords,
  );
}
