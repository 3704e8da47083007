import {describe, expect, test} from "vitest";
import {FormatError} from "../../../src/lib/io/format-error.js";
import {parseJsonObject} from "../../../src/lib/io/json-file.js";
import {loadTokenizer} from "../../../src/lib/io/tokenizer/load-tokenizer.js";
import {TOKENIZER_LIMITS} from "../../../src/lib/io/tokenizer/tokenizer.js";
import {charsmap} from "./charsmap.js";
import {ourTokenizer} from "./compare.js";

const read = (parts: object) => ourTokenizer(JSON.stringify(parts));

/** The entries that a text is cut into. */
function pieces(parts: object, text: string): (string | undefined)[] {
  const tokenizer = read(parts);
  return tokenizer.encode(text).map((id) => tokenizer.token(id));
}

describe("Unigram", () => {
  const model = (vocab: [string, number][], rest: object = {}) => ({
    model: {type: "Unigram", unk_id: 0, vocab: [["<unk>", 0], ...vocab], ...rest},
  });

  test("takes the cut of the largest probability, not the longest entries", () => {
    const vocab: [string, number][] = [
      ["a", -1],
      ["b", -1],
      ["ab", -3],
      ["abc", -10],
      ["c", -1],
    ];
    expect(pieces(model(vocab), "abc")).toEqual(["a", "b", "c"]);
    expect(pieces(model([...vocab, ["bc", -0.5]]), "abc")).toEqual(["a", "bc"]);
  });

  test("joins what it does not know, ten below the least likely entry for each character", () => {
    const tokenizer = read(model([["a", -1]]));
    expect(tokenizer.encode("xya漢a")).toEqual([0, 1, 0, 1]);
    expect(
      pieces(
        model([
          ["x", -20],
          ["xy", -100],
        ]),
        "xy",
      ),
    ).toEqual(["xy"]);
  });

  test("falls back to bytes, of all that is joined together", () => {
    const bytes = Array.from({length: 256}, (_, byte): [string, number] => [
      `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`,
      -9,
    ]);
    expect(pieces(model([...bytes, ["a", -1]], {byte_fallback: true}), "éa")).toEqual([
      "<0xC3>",
      "<0xA9>",
      "a",
    ]);
  });

  test("an entry that stands twice is decoded under both ids, encoded as the last", () => {
    const tokenizer = read({
      ...model([
        ["a", -1],
        ["b", -1],
        ["a", -2],
      ]),
      decoder: {type: "Fuse"},
    });
    expect(tokenizer.decode([1, 2, 3])).toBe("aba");
    expect(tokenizer.encode("ab")).toEqual([3, 2]);
  });

  test("without an unknown token says which character it lacks", () => {
    expect(() => pieces(model([["a", -1]], {unk_id: null}), "ab")).toThrow("it has no unknown token, got b");
  });

  test.each([
    [{vocab: [["a"]]}, "model.vocab[0] must be a token and the logarithm of its probability"],
    [{vocab: [["a", 0]], unk_id: 1}, "model.unk_id must be an id below 1, got 1"],
    [{vocab: {a: 0}}, "model.vocab must be an array"],
  ])("refuses %j", (rest, message) => {
    expect(() => read({model: {type: "Unigram", ...rest}})).toThrow(FormatError);
    expect(() => read({model: {type: "Unigram", ...rest}})).toThrow(message);
  });

  test("a text of many equal letters takes no time that grows with its square", () => {
    const vocab = Array.from({length: 2000}, (_, i): [string, number] => ["a".repeat(i + 1), -i]);
    expect(() => pieces(model(vocab), "a".repeat(50_000))).toThrow("must be entries that are found in");
  });
});

describe("WordPiece", () => {
  const model = (words: string[], rest: object = {}) => ({
    model: {
      type: "WordPiece",
      vocab: Object.fromEntries(["[UNK]", ...words].map((word, id) => [word, id])),
      ...rest,
    },
  });

  test("takes the longest entry from the start of a word, then within it", () => {
    expect(pieces(model(["un", "unaff", "##aff", "##able", "##a"]), "unaffable")).toEqual([
      "unaff",
      "##able",
    ]);
    expect(pieces(model(["un", "##aff", "##able"]), "unaffable")).toEqual(["un", "##aff", "##able"]);
  });

  test("a word that cannot be cut, or is too long, is unknown as a whole", () => {
    expect(pieces(model(["un", "##aff"]), "unaffx")).toEqual(["[UNK]"]);
    expect(pieces(model(["a", "##a"], {max_input_chars_per_word: 3}), "aaaa")).toEqual(["[UNK]"]);
    expect(pieces(model(["😀", "##😀"], {max_input_chars_per_word: 3}), "😀😀😀")).toEqual([
      "😀",
      "##😀",
      "##😀",
    ]);
  });

  test("BERT's whole pipeline, and back", () => {
    const parts = {
      ...model(["[CLS]", "[SEP]", "the", "resume", "##s", "漢", "!"]),
      normalizer: {type: "BertNormalizer", strip_accents: null},
      pre_tokenizer: {type: "BertPreTokenizer"},
      post_processor: {type: "BertProcessing", cls: ["[CLS]", 1], sep: ["[SEP]", 2]},
      decoder: {type: "WordPiece", prefix: "##", cleanup: true},
    };
    const tokenizer = read(parts);
    const ids = tokenizer.encode("The Résumés漢!");
    expect(ids).toEqual([1, 3, 4, 5, 6, 7, 2]);
    expect(tokenizer.decode(ids.slice(1, -1))).toBe("the resumes 漢!");
  });
});

describe("Precompiled", () => {
  const pipeline = (precompiled_charsmap: string) => ({
    normalizer: {type: "Precompiled", precompiled_charsmap},
    model: {type: "WordLevel", unk_token: "?", vocab: {"?": 0, "fi Kg": 1, "e\u0301": 2, é: 3}},
  });

  test("replaces characters and clusters by its rules", () => {
    const rules = charsmap({ﬁ: "fi", "\u3000": " ", K: "K", "\u200b": "", "e\u0301": "é"});
    expect(pieces(pipeline(rules), "ﬁ\u3000\u200bKg")).toEqual(["fi Kg"]);
    expect(pieces(pipeline(rules), "e\u0301")).toEqual(["é"]);
  });

  test.each(["!", "AAAA", Buffer.from([9, 0, 0, 0, 1]).toString("base64")])("refuses %j", (map) => {
    expect(() => read(pipeline(map))).toThrow(/precompiled_charsmap must be (base64|whole rules)/);
  });

  test("bears rules that lead anywhere", () => {
    for (let seed = 1; seed < 200; seed++) {
      const bytes = Uint8Array.from(
        {length: 64},
        (_, i) => (Math.imul(seed * 64 + i, 2654435761) >>> 13) & 255,
      );
      bytes.set([32, 0, 0, 0]);
      expect(() => pieces(pipeline(Buffer.from(bytes).toString("base64")), "aé漢😀")).not.toThrow();
    }
  });
});

test("parts that few files have are loaded when a file has them", async () => {
  const parts = {
    normalizer: {type: "Sequence", normalizers: [{type: "BertNormalizer"}]},
    model: {type: "WordPiece", vocab: {"[UNK]": 0, a: 1}},
  };
  const bytes = new TextEncoder().encode(JSON.stringify(parts));
  const json = parseJsonObject(bytes, {reader: "test", field: "tokenizer.json", limits: TOKENIZER_LIMITS});
  expect((await loadTokenizer(json)).encode("A")).toEqual([1]);
});
