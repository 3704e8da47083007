import {describe, expect, test} from "vitest";
import {ourTokenizer} from "./compare.js";

/** Cases in which our tokenizer once differed from the Rust library, whose answers these are. */

const read = (parts: object) => ourTokenizer(JSON.stringify(parts));
const words = (list: readonly string[], parts: object = {}) =>
  read({
    model: {
      type: "WordLevel",
      unk_token: "?",
      vocab: Object.fromEntries(["?", ...list].map((w, i) => [w, i])),
    },
    ...parts,
  });

describe("word characters", () => {
  test.each([
    ["a joiner within a Persian word", ["می\u200cخواهم", "می", "خواهم"], "می\u200cخواهم", [1]],
    ["a Roman numeral", ["HenryⅧ", "Henry", "Ⅷ"], "HenryⅧ", [1]],
    ["a letter in a circle", ["aⓑ", "a", "ⓑ"], "aⓑ", [1]],
    ["emoji and the joiner between them", ["👩", "\u200d", "💻"], "👩\u200d💻", [1, 2, 3]],
  ])("Whitespace: %s", (_, list, text, ids) => {
    expect(words(list, {pre_tokenizer: {type: "Whitespace"}}).encode(text)).toEqual(ids);
  });

  test.each([
    ["HenryⅧ", [1]],
    ["m²", [1]],
  ])("Split: %s", (text, ids) => {
    const split = {type: "Split", pattern: {Regex: "\\w+"}, behavior: "Removed", invert: true};
    expect(words([text, "Henry", "Ⅷ", "m", "²"], {pre_tokenizer: split}).encode(text)).toEqual(ids);
  });
});

describe("lone surrogates are U+FFFD", () => {
  test("with byte fallback", () => {
    const vocab = {"<0xEF>": 0, "<0xBF>": 1, "<0xBD>": 2};
    expect(read({model: {type: "BPE", byte_fallback: true, vocab, merges: []}}).encode("\ud800")).toEqual([
      0, 1, 2,
    ]);
  });

  test("in a pattern", () => {
    const split = {type: "Split", pattern: {Regex: "\\p{S}"}, behavior: "Isolated"};
    expect(words(["a", "\ufffd"], {pre_tokenizer: split}).encode("a\udc00a")).toEqual([1, 2, 1]);
  });
});

test("Lowercase maps each character by itself", () => {
  expect(words(["οδοσ"], {normalizer: {type: "Lowercase"}}).encode("ΟΔΟΣ")).toEqual([1]);
});

describe("Metaspace", () => {
  const metaspace = (options: object) => ({type: "Metaspace", replacement: "▁", ...options});

  test("as a decoder drops all marks of the first token", () => {
    expect(words(["▁▁▁▁", "▁p"], {decoder: metaspace({})}).decode([1, 2])).toBe(" p");
    expect(words(["▁a▁b", "▁p"], {decoder: metaspace({prepend_scheme: "first"})}).decode([1, 2])).toBe(
      "ab p",
    );
    expect(words(["▁▁", "▁p"], {decoder: metaspace({prepend_scheme: "never"})}).decode([1, 2])).toBe("   p");
  });

  test("of files from before prepend_scheme puts no space in front where they say so", () => {
    const cut = (options: object) =>
      words(["a", "▁a", "▁b"], {pre_tokenizer: metaspace(options)}).encode("a b");
    expect(cut({add_prefix_space: false})).toEqual([1, 3]);
    expect(cut({add_prefix_space: true})).toEqual([2, 3]);
    expect(cut({})).toEqual([2, 3]);
    expect(() => cut({add_prefix_space: false, prepend_scheme: "first"})).toThrow(
      "prepend_scheme must be never, since add_prefix_space is false, got first",
    );
    expect(() => cut({prepend_scheme: "last"})).toThrow("must be one of first, never, always, got last");
  });

  test("marks the first piece only where the text begins", () => {
    const parts = {
      normalizer: {type: "Strip", strip_left: true, strip_right: false},
      pre_tokenizer: metaspace({prepend_scheme: "first"}),
    };
    expect(words(["a", "▁a"], parts).encode(" a")).toEqual([1]);
    expect(words(["a", "▁a"], parts).encode("a")).toEqual([2]);
  });
});

test("added tokens with characters of the byte alphabet are decoded as the text that they are", () => {
  const added_tokens = [{id: 3, content: "Ġé ń", special: false}];
  const vocab = {a: 0, Ġ: 1, Ã: 2};
  const tokenizer = read({
    model: {type: "BPE", vocab, merges: []},
    decoder: {type: "ByteLevel"},
    added_tokens,
  });
  expect(tokenizer.decode([0, 3, 1, 0])).toBe("aĠé ń a");
});

test("truncation and padding of a file are not applied", () => {
  const truncation = {max_length: 1, strategy: "LongestFirst", stride: 0};
  const tokenizer = words(["a"], {truncation, pre_tokenizer: {type: "WhitespaceSplit"}});
  expect(tokenizer.encode("a a a")).toEqual([1, 1, 1]);
});

describe("time and memory", () => {
  test("hundreds of thousands of added tokens, and long equal ones, are looked up at once", () => {
    const added_tokens = Array.from({length: 3000}, (_, n) => ({
      id: n + 1,
      content: "x".repeat(n + 1),
      special: true,
    }));
    const tokenizer = words([], {added_tokens});
    expect(tokenizer.encode("x".repeat(6001))).toEqual([3000, 3000, 1]);
    expect(() => tokenizer.encode(`${"x".repeat(2999)}y`.repeat(2000))).not.toThrow();
  });

  test("white space before an added token is taken in one go", () => {
    const added_tokens = [{id: 1, content: "<s>", special: true, lstrip: true, rstrip: true}];
    expect(words([" "], {added_tokens}).encode(`<s>${" ".repeat(100_000)}<s>`)).toEqual([1, 1]);
  });

  test("Strip ends however much it may take", () => {
    const decoder = {type: "Strip", content: " ", start: 2 ** 26 - 1, stop: 2 ** 26 - 1};
    expect(words([" a ", "  "], {decoder}).decode([1, 2])).toBe("a");
  });
});
