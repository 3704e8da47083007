import type {JsonObject} from "../../io/json-file.js";
import type {Json} from "../../io/strict-json.js";
import {WHOLE_TOKENIZER} from "../gguf/gguf-tokenizer.js";
import {mergesByScore} from "../gguf/scored-merges.js";
import {splitNameOf} from "../gguf/split-patterns.js";
import {type Entries, flag, text, texts, u32} from "./model-metadata.js";

/** A tokenizer as GGUF holds it. */
export interface GgufTokenizer {
  readonly entries: Entries;
  /** The reason why llama.cpp has no such tokenizer, or null where it has. */
  readonly note: string | null;
}

/** Kinds of tokens by their numbers in `tokenizer.ggml.token_type`. */
const TYPE = {normal: 1, unknown: 2, control: 3, userDefined: 4, unused: 5, byte: 6} as const;

/** What of a tokenizer.json is looked at. */
interface Parts {
  readonly model: JsonObject;
  readonly tokens: readonly string[];
  readonly types: readonly number[];
  readonly preTokenizers: readonly JsonObject[];
  readonly normalizers: readonly JsonObject[];
}

/**
 * The keys of a tokenizer: byte-level BPE, BPE with byte fallback as SentencePiece has it, or words between white space. Any
 * other stands whole under its own key, and llama.cpp takes ids of tokens alone.
 * @param vocabulary rows of the embedding; tokens that are missing are named as unused
 */
export function tokenizerEntries(json: JsonObject, source: string, vocabulary: number): GgufTokenizer {
  const parts = partsOf(json, vocabulary);
  const found = byteLevel(parts) ?? sentencePieces(parts) ?? words(parts, source);
  const tokens = [
    ["tokenizer.ggml.tokens", texts(found?.tokens ?? parts.tokens)],
    ["tokenizer.ggml.token_type", {type: "array", of: "i32", value: found?.types ?? parts.types}],
  ] as const satisfies Entries;
  if (found !== undefined) return {entries: [...found.entries, ...tokens], note: null};
  const type = String(parts.model.get("type"));
  return {
    entries: [["tokenizer.ggml.model", text("none")], ...tokens, [WHOLE_TOKENIZER, text(source)]],
    note: `llama.cpp has no tokenizer like this one (${type}): the file keeps it under ${WHOLE_TOKENIZER}, and llama.cpp takes ids of tokens alone`,
  };
}

function partsOf(json: JsonObject, vocabulary: number): Parts {
  const model = objectOf(json.get("model"));
  const vocab = objectOf(model.get("vocab"));
  const tokens: string[] = [];
  for (const [token, id] of vocab) if (typeof id === "number" && id < vocabulary) tokens[id] = token;
  const types: number[] = tokens.map((token) => (/^<0x[0-9A-F]{2}>$/.test(token) ? TYPE.byte : TYPE.normal));
  for (const added of listOf(json.get("added_tokens")).map(objectOf)) {
    const [id, content] = [Number(added.get("id")), String(added.get("content"))];
    if (id >= vocabulary) continue;
    tokens[id] = content;
    types[id] = added.get("special") === true ? TYPE.control : TYPE.userDefined;
  }
  for (let id = 0; id < vocabulary; id++) {
    if (tokens[id] !== undefined) continue;
    [tokens[id], types[id]] = [`[PAD${id}]`, TYPE.unused];
  }
  return {
    model,
    tokens,
    types,
    preTokenizers: sequenceOf(json.get("pre_tokenizer"), "pretokenizers"),
    normalizers: sequenceOf(json.get("normalizer"), "normalizers"),
  };
}

/** What a kind of tokenizer adds to the tokens, or tokens in their place. */
interface Found {
  readonly entries: Entries;
  readonly tokens?: readonly string[];
  readonly types?: readonly number[];
}

function byteLevel({model, preTokenizers, normalizers}: Parts): Found | undefined {
  const last = preTokenizers.at(-1);
  if (model.get("type") !== "BPE" || last?.get("type") !== "ByteLevel" || normalizers.length > 0)
    return undefined;
  const pre = splitNameOf(patternsOf(preTokenizers.slice(0, -1), last), model.get("ignore_merges") === true);
  if (pre === undefined) return undefined;
  return {
    entries: [
      ["tokenizer.ggml.model", text("gpt2")],
      ["tokenizer.ggml.pre", text(pre)],
      ["tokenizer.ggml.merges", texts(mergesOf(model).map((pair) => pair.join(" ")))],
      ...(last.get("add_prefix_space") === true
        ? ([["tokenizer.ggml.add_space_prefix", flag(true)]] as const)
        : []),
    ],
  };
}

/** Patterns that cut a text, one after the other; a step that is none of those known makes one that no name stands for. */
function patternsOf(steps: readonly JsonObject[], byteLevel: JsonObject): string[] {
  const patterns = steps.map((step) => {
    if (step.get("type") === "Digits" && step.get("individual_digits") === true) return "\\p{N}";
    const pattern = step.get("pattern");
    const isPlain =
      step.get("type") === "Split" && step.get("behavior") === "Isolated" && step.get("invert") !== true;
    return isPlain && pattern instanceof Map ? String(pattern.get("Regex")) : "(?!)";
  });
  return byteLevel.get("use_regex") === false ? patterns : [...patterns, GPT2];
}

/** The pattern that a byte-level step without one of its own cuts by. (GPT-2) */
const GPT2 = "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+";

/** Merges in order stand for scores if, read back by their scores, they are the same. */
function sentencePieces({model, tokens, types, preTokenizers, normalizers}: Parts): Found | undefined {
  if (model.get("type") !== "BPE" || model.get("byte_fallback") !== true) return undefined;
  const prefix = spacePrefix(preTokenizers, normalizers);
  if (prefix === undefined) return undefined;
  const merges = mergesOf(model);
  const scores = scoresOf(tokens, merges);
  const back = mergesByScore(tokens, scores);
  if (back.length !== merges.length || back.some((pair, i) => pair.join(" ") !== merges[i].join(" ")))
    return undefined;
  const unknown = tokens.indexOf(String(model.get("unk_token")));
  return {
    types: types.map((type, id) => (id === unknown ? TYPE.unknown : type)),
    entries: [
      ["tokenizer.ggml.model", text("llama")],
      ["tokenizer.ggml.pre", text("default")],
      ["tokenizer.ggml.scores", {type: "array", of: "f32", value: scores}],
      ["tokenizer.ggml.add_space_prefix", flag(prefix)],
      ...(unknown < 0 ? [] : ([["tokenizer.ggml.unknown_token_id", u32(unknown)]] as const)),
    ],
  };
}

/** Whether a text gets a space before it, where spaces become "▁" and nothing else happens; undefined where more does. */
function spacePrefix(
  preTokenizers: readonly JsonObject[],
  normalizers: readonly JsonObject[],
): boolean | undefined {
  const kinds = normalizers.map((each) => each.get("type")).join();
  if (preTokenizers.length === 0)
    return kinds === "Prepend,Replace" ? true : kinds === "Replace" ? false : undefined;
  const [only] = preTokenizers;
  if (preTokenizers.length > 1 || normalizers.length > 0 || only.get("type") !== "Metaspace")
    return undefined;
  const scheme = only.get("prepend_scheme") ?? (only.get("add_prefix_space") === false ? "never" : "always");
  return scheme !== "never";
}

/** The score of a piece by the first merge that makes it; of what no merge makes, below all. */
function scoresOf(tokens: readonly string[], merges: readonly (readonly [string, string])[]): number[] {
  const ranks = new Map<string, number>();
  for (const [rank, [left, right]] of merges.entries()) {
    if (!ranks.has(left + right)) ranks.set(left + right, rank);
  }
  return tokens.map((token) => -(ranks.get(token) ?? merges.length));
}

/**
 * Words between white space, as llama.cpp's Unigram has them: each is a piece that begins with a space. Its end token must
 * be one of the vocabulary; where the model has none it is the one for unknown words.
 */
function words({model, tokens, types, preTokenizers, normalizers}: Parts, source: string): Found | undefined {
  const [only] = preTokenizers;
  const isPlain =
    preTokenizers.length === 1 && only.get("type") === "WhitespaceSplit" && normalizers.length === 0;
  if (model.get("type") !== "WordLevel" || !isPlain) return undefined;
  const unknown = Math.max(0, tokens.indexOf(String(model.get("unk_token"))));
  const isWord = tokens.map((token, id) => types[id] === TYPE.normal && !/^<.*>$/.test(token));
  return {
    tokens: tokens.map((token, id) => (isWord[id] ? `▁${token}` : token)),
    types: types.map((type, id) => (id === unknown ? TYPE.unknown : isWord[id] ? type : TYPE.control)),
    entries: [
      ["tokenizer.ggml.model", text("t5")],
      ["tokenizer.ggml.scores", {type: "array", of: "f32", value: tokens.map(() => -1)}],
      ["tokenizer.ggml.unknown_token_id", u32(unknown)],
      ["tokenizer.ggml.eos_token_id", u32(unknown)],
      ["tokenizer.ggml.add_space_prefix", flag(true)],
      ["tokenizer.ggml.remove_extra_whitespaces", flag(true)],
      ["tokenizer.ggml.add_eos_token", flag(false)],
      [WHOLE_TOKENIZER, text(source)],
    ],
  };
}

/** Merges as pairs: a list of two, or one text with a space between. */
function mergesOf(model: JsonObject): [string, string][] {
  return listOf(model.get("merges")).map((merge) => {
    if (Array.isArray(merge)) return [String(merge[0]), String(merge[1])];
    const [left, right] = String(merge).split(" ");
    return [left, right];
  });
}

/** The steps of a sequence, or the one step that stands alone, or none. */
function sequenceOf(value: Json | undefined, key: string): JsonObject[] {
  if (!(value instanceof Map)) return [];
  return value.get("type") === "Sequence" ? listOf(value.get(key)).map(objectOf) : [value];
}

const listOf = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : []);
const objectOf = (value: Json | undefined): JsonObject => (value instanceof Map ? value : new Map());
