import {readFileSync} from "node:fs";
import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {FormatError} from "../../../src/lib/io/format-error.js";
import {parseJsonObject} from "../../../src/lib/io/json-file.js";
import {parseStrictJson} from "../../../src/lib/io/strict-json.js";
import {parsePreTokenizer} from "../../../src/lib/io/tokenizer/pre-tokenize.js";
import {parseTokenizer, TOKENIZER_LIMITS} from "../../../src/lib/io/tokenizer/tokenizer.js";

type Parts = Record<string, unknown>;

function read(json: Parts) {
  const bytes = new TextEncoder().encode(JSON.stringify(json));
  return parseTokenizer(
    parseJsonObject(bytes, {reader: "test", field: "tokenizer.json", limits: TOKENIZER_LIMITS}),
  );
}

const letters = (text: string) => Object.fromEntries([...new Set(text)].map((letter, id) => [letter, id]));
const bpe = (vocab: Parts, merges: unknown[] = [], rest: Parts = {}) => ({
  type: "BPE",
  vocab,
  merges,
  ...rest,
});

/** How the pre-tokenizer cuts a text. */
function piecesOf(text: string, preTokenizer: Parts): string[] {
  return parsePreTokenizer(parseStrictJson(JSON.stringify(preTokenizer), TOKENIZER_LIMITS))(text, true);
}

/** How it cuts a text in which <s> is a token, shown by a vocabulary that has just the pieces that should come. */
function piecesAround(text: string, pre_tokenizer: Parts, words: string[]): (string | undefined)[] {
  const vocab = Object.fromEntries(words.map((word, id) => [word, id]));
  const added_tokens = [{id: 99, content: "<s>", special: true}];
  const tokenizer = read({model: {type: "WordLevel", vocab}, pre_tokenizer, added_tokens});
  return tokenizer.encode(text).map((id) => tokenizer.token(id));
}

describe("pre-tokenizers", () => {
  const split = (behavior: string, invert = false) => ({
    type: "Split",
    pattern: {String: "-"},
    behavior,
    invert,
  });
  // The table of the documentation of huggingface/tokenizers.
  test.each([
    ["Isolated", ["the", "-", "final", "-", "-", "countdown"]],
    ["Removed", ["the", "final", "countdown"]],
    ["MergedWithPrevious", ["the-", "final-", "-", "countdown"]],
    ["MergedWithNext", ["the", "-final", "-", "-countdown"]],
    ["Contiguous", ["the", "-", "final", "--", "countdown"]],
  ])("Split: %s", (behavior, pieces) => {
    expect(piecesOf("the-final--countdown", split(behavior))).toEqual(pieces);
  });

  test("an inverted split keeps the matches", () => {
    expect(piecesOf("a-b--c", split("Removed", true))).toEqual(["-", "-", "-"]);
  });

  test("Digits, white space and words", () => {
    expect(piecesOf("a12 3", {type: "Digits", individual_digits: true})).toEqual(["a", "1", "2", " ", "3"]);
    expect(piecesOf("a12 3", {type: "Digits"})).toEqual(["a", "12", " ", "3"]);
    expect(piecesOf(" a  b\u0085c\ufeff", {type: "WhitespaceSplit"})).toEqual(["a", "b", "c\ufeff"]);
    expect(piecesOf("it's 5%", {type: "Whitespace"})).toEqual(["it", "'", "s", "5", "%"]);
  });

  test("Metaspace marks words, and the first one by its scheme", () => {
    const metaspace = (prepend_scheme: string, split = true) => ({
      type: "Metaspace",
      replacement: "_",
      prepend_scheme,
      split,
    });
    const always = ["_a", "_b", "_c"];
    expect(piecesAround("a b<s>c", metaspace("always"), always)).toEqual(["_a", "_b", "<s>", "_c"]);
    expect(piecesAround("a b<s>c", metaspace("first"), ["_a", "_b", "c"])).toEqual(["_a", "_b", "<s>", "c"]);
    expect(piecesAround("<s>c", metaspace("first"), ["c"])).toEqual(["<s>", "c"]);
    expect(piecesAround("a b<s>c", metaspace("never"), ["a", "_b", "c"])).toEqual(["a", "_b", "<s>", "c"]);
    expect(piecesOf("a b", metaspace("always", false))).toEqual(["_a_b"]);
  });

  test("byte-level prefix space goes to every piece that lacks one", () => {
    const words = ["Ġa", "Ġb", "Ġc"];
    expect(piecesAround("a b<s>c", {type: "ByteLevel"}, words)).toEqual(["Ġa", "Ġb", "<s>", "Ġc"]);
  });
});

describe("patterns", () => {
  const pieces = (Regex: string, text: string) =>
    piecesOf(text, {type: "Split", pattern: {Regex}, behavior: "Isolated"});

  test("a group of any case takes both cases, the long s and the Kelvin sign too", () => {
    expect(pieces("(?i:'s|k)", "a'Sb'ſcKd\u212ae")).toEqual([
      "a",
      "'S",
      "b",
      "'ſ",
      "c",
      "K",
      "d",
      "\u212a",
      "e",
    ]);
    expect(pieces("(?i:a(b))b", "ABbBab")).toEqual(["ABb", "Bab"]);
  });

  test("white space is Unicode's: with U+0085, without U+FEFF", () => {
    expect(pieces("\\s", "a\u0085b\ufeffc")).toEqual(["a", "\u0085", "b\ufeffc"]);
    expect(pieces("[^\\s]", "a\u0085")).toEqual(["a", "\u0085"]);
    expect(pieces("\\S+", "ab c")).toEqual(["ab", " ", "c"]);
  });

  test("the dot takes everything but a line feed; needless escapes are dropped", () => {
    expect(pieces("b.", "b\r b\n")).toEqual(["b\r", " b\n"]);
    expect(pieces("\\'\\-[\\']", "a'-'")).toEqual(["a", "'-'"]);
    expect(pieces("\\d\\w", "x1a")).toEqual(["x", "1a"]);
  });
});

describe("byte-pair encoding", () => {
  test("merges the lowest rank first, and the leftmost of equals", () => {
    const vocab = {...letters("abc"), bc: 3, ab: 4, abc: 5, aa: 6};
    expect(read({model: bpe(vocab, ["b c", "a b"])}).encode("abc")).toEqual([0, 3]);
    expect(read({model: bpe(vocab, ["a b", "b c", ["ab", "c"]])}).encode("abc")).toEqual([5]);
    expect(read({model: bpe(vocab, ["a a"])}).encode("aaa")).toEqual([6, 0]);
  });

  test("equals trying every pair after every merge", () => {
    const vocab: Record<string, number> = letters("abc");
    const merges: [string, string][] = [];
    let seed = 1;
    const random = (n: number) => {
      seed = (seed * 16807) % 2147483647;
      return seed % n;
    };
    while (merges.length < 40) {
      const tokens = Object.keys(vocab);
      const pair: [string, string] = [tokens[random(tokens.length)], tokens[random(tokens.length)]];
      if (merges.some((m) => m.join(" ") === pair.join(" "))) continue;
      merges.push(pair);
      vocab[pair.join("")] ??= tokens.length;
    }
    const slow = (text: string): string[] => {
      const parts = [...text];
      for (;;) {
        let best = {rank: Number.POSITIVE_INFINITY, at: -1};
        parts.slice(1).forEach((right, at) => {
          const rank = merges.findIndex(([a, b]) => a === parts[at] && b === right);
          if (rank >= 0 && rank < best.rank) best = {rank, at};
        });
        if (best.at < 0) return parts;
        parts.splice(best.at, 2, parts[best.at] + parts[best.at + 1]);
      }
    };
    const tokenizer = read({model: bpe(vocab, merges)});
    fc.assert(
      fc.property(fc.string({unit: fc.constantFrom("a", "b", "c"), maxLength: 40}), (text) => {
        expect(tokenizer.encode(text).map((id) => tokenizer.token(id))).toEqual(slow(text));
      }),
      {seed: 21, numRuns: 500},
    );
  });

  test("a whole text of 200,000 letters as one piece is no problem", () => {
    const tokenizer = read({model: bpe({a: 0, aa: 1, aaaa: 2}, ["a a", "aa aa"])});
    expect(tokenizer.encode("a".repeat(200_000)).length).toBe(50_000);
  });

  test("a piece that is an entry is taken whole only with ignore_merges", () => {
    const vocab = {...letters("ab"), ab: 2};
    expect(read({model: bpe(vocab)}).encode("ab")).toEqual([0, 1]);
    expect(read({model: bpe(vocab, [], {ignore_merges: true})}).encode("ab")).toEqual([2]);
  });

  test("a character without an id falls back to its bytes, then to the unknown token, then to nothing but an error", () => {
    const vocab = {"<unk>": 0, a: 1, "<0xC3>": 2, "<0xA9>": 3};
    const fallback = {byte_fallback: true, unk_token: "<unk>"};
    expect(read({model: bpe(vocab, [], fallback)}).encode("aéß")).toEqual([1, 2, 3, 0]);
    expect(read({model: bpe(vocab, [], {unk_token: "<unk>"})}).encode("xéa")).toEqual([0, 0, 1]);
    expect(read({model: bpe(vocab, [], {unk_token: "<unk>", fuse_unk: true})}).encode("xéax")).toEqual([
      0, 1, 0,
    ]);
    expect(() => read({model: bpe(vocab, [], {unk_token: "?"})}).encode("x")).toThrow(RangeError);
    expect(read({model: bpe(vocab)}).encode("xa")).toEqual([1]);
  });

  test("the first published files name no type", () => {
    expect(read({model: {vocab: {a: 0}, merges: []}}).encode("a")).toEqual([0]);
  });

  test("tokens called like an object's own properties are tokens", () => {
    const vocab = JSON.parse('{"__proto__": 0, "constructor": 1}');
    const tokenizer = read({model: {type: "WordLevel", vocab}, pre_tokenizer: {type: "WhitespaceSplit"}});
    expect(tokenizer.encode("constructor __proto__")).toEqual([1, 0]);
    expect(() => tokenizer.encode("toString")).toThrow(
      "encode: text must be made of entries of the vocabulary, since it has no unknown token, got toString",
    );
  });
});

describe("added tokens", () => {
  const model = bpe(letters("abcx ,"), []);
  const withTokens = (...tokens: Parts[]) =>
    read({model, added_tokens: tokens.map((token, i) => ({id: 10 + i, special: true, ...token}))});

  test("the leftmost wins, and of those that start together the longest", () => {
    const tokenizer = withTokens({content: "ab"}, {content: "abc"}, {content: "bcx"}, {content: ""});
    expect(tokenizer.encode("abcx")).toEqual([11, 3]);
    expect(tokenizer.encode("abbcx")).toEqual([10, 12]);
  });

  test("their text is no pattern", () => {
    expect(withTokens({content: "a|b"}, {content: ".*"}).encode("a.*")).toEqual([0, 11]);
  });

  test("lstrip and rstrip take the white space along", () => {
    expect(withTokens({content: "ab", lstrip: true}).encode("x  ab c")).toEqual([3, 10, 4, 2]);
    expect(withTokens({content: "ab", rstrip: true}).encode("x  ab c")).toEqual([3, 4, 4, 10, 2]);
    expect(withTokens({content: "ab", lstrip: true, rstrip: true}).encode(" ab  ab ")).toEqual([10, 10]);
  });

  test("single_word keeps off words", () => {
    const tokenizer = withTokens({content: "ab", single_word: true});
    expect(tokenizer.encode("ab,ab")).toEqual([10, 5, 10]);
    expect(tokenizer.encode("xab abx")).toEqual([3, 0, 1, 4, 0, 1, 3]);
  });

  test("a normalized one is found after the normalizer, another one before", () => {
    const parts = {normalizer: {type: "Lowercase"}, model};
    const token = (normalized: boolean) => [{id: 10, content: "AB", normalized}];
    expect(read({...parts, added_tokens: token(true)}).encode("aB")).toEqual([10]);
    expect(read({...parts, added_tokens: token(false)}).encode("aB")).toEqual([0, 1]);
    expect(read({...parts, added_tokens: token(false)}).encode("AB")).toEqual([10]);
  });
});

describe("from ids to text", () => {
  const decoder = (value: unknown, vocab: string[]) => {
    const tokenizer = read({
      model: {type: "WordLevel", vocab: Object.fromEntries(vocab.map((token, id) => [token, id]))},
      decoder: value,
    });
    return (ids = vocab.map((_, id) => id)) => tokenizer.decode(ids);
  };

  test("bytes of Llama 2 join where they are UTF-8 and are replaced where not", () => {
    const steps = [
      {type: "Replace", pattern: {String: "▁"}, content: " "},
      {type: "ByteFallback"},
      {type: "Fuse"},
      {type: "Strip", content: " ", start: 1, stop: 0},
    ];
    const decode = decoder({type: "Sequence", decoders: steps}, ["▁a", "<0xC3>", "<0xA9>", "▁b", "<0xFF>"]);
    expect(decode()).toBe("aé b\ufffd");
    expect(decode([0, 1, 3, 4, 4])).toBe("a\ufffd b\ufffd\ufffd");
  });

  test("byte-level tokens that are no UTF-8 alone are text together; a byte order mark stays", () => {
    const decode = decoder({type: "ByteLevel"}, ["Ã", "©", "ï»¿", "with space"]);
    expect(decode([0, 1])).toBe("é");
    expect(decode([1, 0])).toBe("\ufffd\ufffd");
    expect(decode([2, 3])).toBe("\ufeffwith space");
  });

  test("Strip keeps inside its counts, Metaspace drops the first mark", () => {
    expect(decoder({type: "Strip", content: "x", start: 2, stop: 1}, ["xxxaxx", "x", "b"])()).toBe("xaxb");
    expect(decoder({type: "Metaspace", replacement: "_"}, ["_a", "_b"])()).toBe("a b");
    expect(decoder({type: "Metaspace", replacement: "_", prepend_scheme: "never"}, ["_a", "_b"])()).toBe(
      " a b",
    );
  });

  test("bytes of a token are what it adds to a text that has begun", () => {
    const text = (bytes: Uint8Array | undefined) => bytes && Array.from(bytes);
    const of = (decoder: object | null, tokens: readonly string[]) => {
      const vocab = Object.fromEntries(tokens.map((token, id) => [token, id]));
      const {bytes} = read({decoder, model: {type: "WordLevel", vocab}});
      return tokens.map((_, id) => text(bytes(id)));
    };
    expect(of({type: "ByteLevel"}, ["Ġa", "Ã"])).toEqual([[0x20, 0x61], [0xc3]]);
    expect(of(null, ["a", "é"])).toEqual([
      [0x20, 0x61],
      [0x20, 0xc3, 0xa9],
    ]);
    const replace = {type: "Replace", pattern: {String: "▁"}, content: " "};
    const strip = {type: "Strip", content: " ", start: 1, stop: 0};
    const steps = {type: "Sequence", decoders: [replace, {type: "ByteFallback"}, {type: "Fuse"}, strip]};
    expect(of(steps, ["▁a", "b", "<0xC3>", "<0x>"])).toEqual([
      [0x20, 0x61],
      [0x62],
      [0xc3],
      Array.from("<0x>", (letter) => letter.charCodeAt(0)),
    ]);
    expect(of({type: "Metaspace", replacement: "_"}, ["_a", "a_"])).toEqual([
      [0x20, 0x61],
      [0x61, 0x20],
    ]);
  });

  test("without a decoder tokens are words; ids without an entry are left out", () => {
    expect(decoder(null, ["a", "b"])([0, 7, 1])).toBe("a b");
  });

  test("encode and decode are inverse for byte-level tokenizers, whatever the text", () => {
    const name = "../../golden/models/tokenizer-llama3/tokenizer.json";
    const tokenizer = read(JSON.parse(readFileSync(new URL(name, import.meta.url), "utf8")));
    fc.assert(
      fc.property(fc.string({unit: "grapheme"}), (text) => {
        expect(tokenizer.decode(tokenizer.encode(text), {skipSpecial: true})).toBe(text);
      }),
      {seed: 8, numRuns: 500},
    );
  });
});

describe("a tokenizer.json that cannot be used", () => {
  const model = bpe({a: 0, b: 1, ab: 2});
  test.each([
    [{}, "model must be an object, got undefined"],
    [{model: {type: "Bigram"}}, "model.type must be one of BPE, WordLevel, Unigram, WordPiece, got Bigram"],
    [{model: bpe({a: -1})}, 'model.vocab "a" must be an integer from 0 to 2^26 - 1, got -1'],
    [{model: bpe({a: 0, b: 0})}, "model.vocab must be without an id twice, got 0 for a and b"],
    [
      {model: bpe({a: 0, b: 1}, ["a b"])},
      "model.merges[0] must be made of entries of the vocabulary, got ab",
    ],
    [{model: bpe({a: 0}, ["a"])}, "model.merges[0] must be two tokens, got a"],
    [{model: bpe({a: 0}, [["a", 1]])}, "model.merges[0] must be a string, got 1"],
    [{model: bpe({a: 0}, [], {dropout: 0.1})}, "model.dropout must be null, got 0.1"],
    [
      {model: bpe({a: 0}, [], {end_of_word_suffix: "</w>"})},
      "model.end_of_word_suffix must be null, got </w>",
    ],
    [
      {model, normalizer: {type: "Nfc"}},
      /normalizer\.type must be one of NFC, NFD, NFKC, NFKD, .*, Precompiled, Sequence, got Nfc/,
    ],
    [{model, pre_tokenizer: {type: "toString"}}, "pre_tokenizer.type must be one of ByteLevel, Split"],
    [
      {model, pre_tokenizer: {type: "Split", pattern: {String: "a"}, behavior: "Kept"}},
      "pre_tokenizer.behavior must be one of Isolated",
    ],
    [
      {model, post_processor: {type: "Padding"}},
      "post_processor.type must be one of ByteLevel, BertProcessing, RobertaProcessing, TemplateProcessing, Sequence, got Padding",
    ],
    [
      {
        model,
        post_processor: {
          type: "TemplateProcessing",
          single: [{SpecialToken: {id: "<s>"}}],
          special_tokens: {},
        },
      },
      "post_processor.single must be a token of special_tokens, got <s>",
    ],
    [{model, decoder: {type: "toString"}}, "decoder.type must be one of ByteLevel"],
    [{model, pre_tokenizer: {type: "UnicodeScripts"}}, "got UnicodeScripts"],
    [
      {model, added_tokens: [{content: "x"}]},
      "added_tokens[0].id must be an integer from 0 to 2^26 - 1, got undefined",
    ],
    [
      {model, added_tokens: [{id: 1, content: "x", special: 1}]},
      "added_tokens[0].special must be true or false, got 1",
    ],
  ])("%j", (json, message) => {
    expect(() => read(json)).toThrow(FormatError);
    expect(() => read(json)).toThrow(message);
  });
});
