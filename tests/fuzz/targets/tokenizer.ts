import {parseJsonObject} from "../../../src/lib/io/json-file.js";
import {parseTokenizer, TOKENIZER_LIMITS, type Tokenizer} from "../../../src/lib/io/tokenizer/tokenizer.js";
import {randomIntegers, randomTokenizer} from "../../io/tokenizer/random-tokenizer.js";
import type {FuzzTarget} from "../target.js";

const byteLevel = {type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true};
const BPE = {
  version: "1.0",
  added_tokens: [{id: 6, content: "<s>", special: true}],
  normalizer: {
    type: "Sequence",
    normalizers: [{type: "NFC"}, {type: "Replace", pattern: {String: "a"}, content: "b"}],
  },
  pre_tokenizer: {
    type: "Sequence",
    pretokenizers: [
      {
        type: "Split",
        pattern: {Regex: "\\p{L}+|\\p{N}{1,3}|[^\\s]+|\\s+"},
        behavior: "Isolated",
        invert: false,
      },
      {...byteLevel, use_regex: false},
    ],
  },
  post_processor: {
    type: "TemplateProcessing",
    single: [{SpecialToken: {id: "<s>", type_id: 0}}, {Sequence: {id: "A", type_id: 0}}],
    special_tokens: {"<s>": {id: "<s>", ids: [6], tokens: ["<s>"]}},
  },
  decoder: byteLevel,
  model: {type: "BPE", vocab: {a: 0, b: 1, c: 2, ab: 3, abc: 4, Ġ: 5}, merges: ["a b", "ab c"]},
};
const WORDS = {
  added_tokens: [],
  normalizer: null,
  pre_tokenizer: {type: "Whitespace"},
  post_processor: null,
  decoder: {type: "Sequence", decoders: [{type: "Strip", content: " ", start: 1, stop: 0}, {type: "Fuse"}]},
  model: {type: "WordLevel", vocab: {a: 0, b: 1, "?": 2}, unk_token: "?"},
};
const PIECES = {
  ...WORDS,
  normalizer: {type: "Sequence", normalizers: [{type: "NFKC"}, {type: "Prepend", prepend: "▁"}]},
  pre_tokenizer: {type: "Metaspace", replacement: "▁", prepend_scheme: "always", split: true},
  decoder: {type: "Metaspace", replacement: "▁", prepend_scheme: "always", split: true},
  model: {
    type: "Unigram",
    unk_id: 0,
    vocab: [
      ["<unk>", 0],
      ["▁", -1.5],
      ["a", -2],
      ["ab", -2.5],
      ["1", -3],
    ],
  },
};
const WORD_PIECE = {
  ...WORDS,
  normalizer: {
    type: "BertNormalizer",
    clean_text: true,
    handle_chinese_chars: true,
    strip_accents: null,
    lowercase: true,
  },
  pre_tokenizer: {type: "BertPreTokenizer"},
  decoder: {type: "WordPiece", prefix: "##", cleanup: true},
  model: {
    type: "WordPiece",
    unk_token: "?",
    continuing_subword_prefix: "##",
    max_input_chars_per_word: 100,
    vocab: {"?": 0, a: 1, "##b": 2, "##c": 3},
  },
};
/** Small files of every kind of part that the reader knows. */
const MADE = Array.from({length: 40}, (_, seed) => randomTokenizer(randomIntegers(seed + 1)));
const TEXT = `abc a1234 é😀  ${"ab".repeat(20)}\n`;

/** Ids of a text, none where the vocabulary has no entry for it: that is the text's fault and not the file's. */
function idsOf(encode: Tokenizer["encode"]): readonly number[] {
  try {
    return encode(TEXT);
  } catch (error) {
    if (error instanceof RangeError && error.message.startsWith("encode: text must be made of")) return [];
    throw error;
  }
}

export const tokenizer: FuzzTarget = {
  id: "tokenizer",
  seeds: async () =>
    [BPE, WORDS, PIECES, WORD_PIECE, ...MADE].map((json) => new TextEncoder().encode(JSON.stringify(json))),
  read(bytes) {
    const json = parseJsonObject(bytes, {reader: "fuzz", field: "tokenizer.json", limits: TOKENIZER_LIMITS});
    const {encode, decode} = parseTokenizer(json);
    decode(idsOf(encode));
  },
};
