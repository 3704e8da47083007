import {
  badValue,
  flagAt,
  ggufModelProblem,
  type Metadata,
  numberAt,
  numbersAt,
  textAt,
  textsAt,
} from "./metadata.js";
import {mergesByScore} from "./scored-merges.js";
import {splitsOf} from "./split-patterns.js";

/** A tokenizer.json as an object. */
type TokenizerJson = Readonly<Record<string, unknown>>;

/** Kinds of tokens by their numbers in `tokenizer.ggml.token_type`. */
const [CONTROL, USER_DEFINED] = [3, 4];

/** What one kind of tokenizer adds to the vocabulary. */
type Parts = Readonly<Record<"normalizer" | "pre_tokenizer" | "decoder", unknown>> & {
  readonly model: TokenizerJson;
  /** A begin token is put before a text where the file does not say. */
  readonly addsBegin: boolean;
};

/** The kinds of tokenizers by `tokenizer.ggml.model`. */
const KINDS: Readonly<Record<string, (metadata: Metadata, tokens: readonly string[]) => Parts>> = {
  gpt2: byteLevel,
  llama: sentencePieces,
};

/** The key under which a whole tokenizer.json stands. (docs/gguf.md of ggml) */
export const WHOLE_TOKENIZER = "tokenizer.huggingface.json";

/**
 * The tokenizer.json that a GGUF file's vocabulary stands for, or its text where the file holds it whole; undefined where the
 * file has none.
 * @throws FormatError with kind `unsupported` or `bad-value`, naming the key.
 */
export function ggufTokenizer(metadata: Metadata): TokenizerJson | string | undefined {
  const kind = textAt(metadata, "tokenizer.ggml.model");
  if (kind === undefined) return undefined;
  // The file's own keys come first: a whole tokenizer stands for what they have no words for.
  const whole = textAt(metadata, WHOLE_TOKENIZER);
  if (!Object.hasOwn(KINDS, kind) && whole !== undefined) return whole;
  if (kind === "none") return undefined;
  if (!Object.hasOwn(KINDS, kind)) {
    throw ggufModelProblem(
      "unsupported",
      "tokenizer.ggml.model",
      kind,
      `one of ${Object.keys(KINDS).join(", ")}`,
    );
  }
  const tokens = textsAt(metadata, "tokenizer.ggml.tokens");
  const {model, addsBegin, ...parts} = KINDS[kind](metadata, tokens);
  return {
    version: "1.0",
    added_tokens: addedTokens(metadata, tokens),
    ...parts,
    post_processor: beginToken(metadata, tokens, addsBegin),
    model: {type: "BPE", vocab: Object.fromEntries(tokens.map((token, id) => [token, id])), ...model},
  };
}

/**
 * The tokenizer_config.json that a GGUF file's metadata stand for: whether a begin token is put before a text, and the
 * template of its chats.
 * @throws FormatError as {@link ggufTokenizer}.
 */
export function ggufTokenizerConfig(metadata: Metadata): TokenizerJson | undefined {
  const kind = textAt(metadata, "tokenizer.ggml.model");
  if (kind === undefined || !Object.hasOwn(KINDS, kind)) return undefined;
  const tokens = textsAt(metadata, "tokenizer.ggml.tokens");
  const named = ["bos", "eos"].flatMap((name) => {
    const token = tokens[numberAt(metadata, `tokenizer.ggml.${name}_token_id`) ?? -1];
    return token === undefined ? [] : [[`${name}_token`, token] as const];
  });
  const template = textAt(metadata, "tokenizer.chat_template");
  return {
    add_bos_token: addsBeginToken(metadata, KINDS[kind](metadata, tokens).addsBegin),
    ...Object.fromEntries(named),
    ...(template !== undefined && {chat_template: template}),
  };
}

/** Byte-pair encoding of bytes, in the order that the file gives its merges. */
function byteLevel(metadata: Metadata): Parts {
  const {patterns, wholeWords, addsBegin} = splitsOf(textAt(metadata, "tokenizer.ggml.pre"));
  const addSpace = flagAt(metadata, "tokenizer.ggml.add_space_prefix") ?? false;
  return {
    normalizer: null,
    pre_tokenizer: {
      type: "Sequence",
      pretokenizers: [
        ...patterns.map((Regex) => ({type: "Split", pattern: {Regex}, behavior: "Isolated", invert: false})),
        {type: "ByteLevel", add_prefix_space: addSpace, use_regex: false, trim_offsets: false},
      ],
    },
    decoder: {type: "ByteLevel", add_prefix_space: addSpace, use_regex: false, trim_offsets: false},
    model: {merges: textsAt(metadata, "tokenizer.ggml.merges"), ignore_merges: wholeWords},
    addsBegin,
  };
}

/** Pieces of text that merge by the scores of what they become; bytes where there is no piece. */
function sentencePieces(metadata: Metadata, tokens: readonly string[]): Parts {
  const scores = numbersAt(metadata, "tokenizer.ggml.scores");
  if (scores?.length !== tokens.length) {
    throw badValue("tokenizer.ggml.scores", scores?.length ?? "none", `${tokens.length} numbers`);
  }
  const addsSpace = flagAt(metadata, "tokenizer.ggml.add_space_prefix") ?? true;
  const unknown = numberAt(metadata, "tokenizer.ggml.unknown_token_id") ?? 0;
  return {
    normalizer: {
      type: "Sequence",
      normalizers: [
        ...(addsSpace ? [{type: "Prepend", prepend: "▁"}] : []),
        {type: "Replace", pattern: {String: " "}, content: "▁"},
      ],
    },
    pre_tokenizer: null,
    decoder: {
      type: "Sequence",
      decoders: [
        {type: "Replace", pattern: {String: "▁"}, content: " "},
        {type: "ByteFallback"},
        {type: "Fuse"},
        ...(addsSpace ? [{type: "Strip", content: " ", start: 1, stop: 0}] : []),
      ],
    },
    model: {
      merges: mergesByScore(tokens, scores),
      unk_token: tokens[unknown] ?? null,
      fuse_unk: true,
      byte_fallback: true,
    },
    addsBegin: true,
  };
}

function addedTokens(metadata: Metadata, tokens: readonly string[]) {
  const types = numbersAt(metadata, "tokenizer.ggml.token_type") ?? [];
  return tokens.flatMap((content, id) =>
    types[id] === CONTROL || types[id] === USER_DEFINED
      ? [
          {
            id,
            content,
            special: types[id] === CONTROL,
            normalized: false,
            single_word: false,
            lstrip: false,
            rstrip: false,
          },
        ]
      : [],
  );
}

const addsBeginToken = (metadata: Metadata, byDefault: boolean): boolean =>
  flagAt(metadata, "tokenizer.ggml.add_bos_token") ?? byDefault;

function beginToken(metadata: Metadata, tokens: readonly string[], byDefault: boolean) {
  const adds = addsBeginToken(metadata, byDefault);
  const id = numberAt(metadata, "tokenizer.ggml.bos_token_id");
  if (!adds || id === undefined) return null;
  const token = tokens[id];
  if (token === undefined) throw badValue("tokenizer.ggml.bos_token_id", id, `below ${tokens.length}`);
  const text = (name: string) => ({Sequence: {id: name, type_id: 0}});
  const begin = {SpecialToken: {id: token, type_id: 0}};
  return {
    type: "TemplateProcessing",
    single: [begin, text("A")],
    pair: [begin, text("A"), begin, text("B")],
    special_tokens: {[token]: {id: token, ids: [id], tokens: [token]}},
  };
}
