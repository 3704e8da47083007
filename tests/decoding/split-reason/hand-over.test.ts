import {describe, expect, test} from "vitest";
import {type HandOverOptions, splitReasoning} from "../../../src/lib/decoding/split-reason/hand-over.js";
import {handsOver, handsOverUnsure, steeredText} from "../../../src/lib/decoding/split-reason/steered.js";
import {CLOSE_TAG, OPEN_TAG, withoutTags} from "../../../src/lib/decoding/split-reason/tags.js";
import {type TextReader, textReader, writePiece} from "../../../src/lib/decoding/split-reason/text-reader.js";
import {greedy} from "../../../src/lib/engine/generate.js";
import {decodeCharacters, encodeCharacters} from "../../../src/lib/tasks/characters.js";
import {TINY_CONFIG, tinyDecoder} from "../../engine/tiny.js";

/** A model of characters that goes on by a rule; what it reads is noted. */
function scripted(rule: (text: string) => string): TextReader & {readonly seen: string[]} {
  const seen: string[] = [];
  return {
    end: "\n",
    longestToken: 1,
    seen,
    read(text) {
      seen.push(text);
      return new Float32Array(0);
    },
    next: (text) => rule(text),
    work: () => ({passes: 0, written: 0, prefilled: 0}),
  };
}

/** Writes a given text, whatever is asked, from where the text stands. */
const along = (whole: string) =>
  scripted((text) => (whole.startsWith(text) ? (whole[text.length] ?? "\n") : "\n"));

const TAGGED = `Q${OPEN_TAG}12*3=36;${CLOSE_TAG}A:36\n`;

const run = (small: TextReader, large: TextReader, options: HandOverOptions = {}) => [
  ...splitReasoning(small, large, "Q", {chunk: 8, ahead: 5, ...options}),
];

describe("a text of two models", () => {
  test("changes hands at the tags, and the large model never sees them", () => {
    const [small, large] = [along(TAGGED), along(withoutTags(TAGGED))];
    const parts = run(small, large);
    expect(parts).toEqual([
      {writer: "small", text: OPEN_TAG},
      {writer: "large", text: `12*3=36;${CLOSE_TAG}`},
      {writer: "small", text: "A:36\n"},
    ]);
    expect(large.seen.every((text) => !text.includes("bigmodel"))).toBe(true);
  });

  test("is cut at the first place after which the small model would close", () => {
    const small = along(TAGGED);
    const large = scripted((text) => "12*3=36;9999999"[text.length - 1] ?? "9");
    expect(run(small, large, {chunk: 15})[1]).toEqual({writer: "large", text: `12*3=36;${CLOSE_TAG}`});
    // Two more tokens of continuation let it close two characters early.
    expect(run(small, large, {chunk: 15, ahead: 7})[1]).toEqual({
      writer: "large",
      text: `12*3=3${CLOSE_TAG}`,
    });
  });

  test("takes one chunk unchecked after those that the small model let pass", () => {
    const small = scripted((text) =>
      text === "Q" ? "<" : (`Q${OPEN_TAG}`[text.length] ?? (text.endsWith(CLOSE_TAG) ? "\n" : "x")),
    );
    const large = scripted(() => "9");
    const [, part, last] = run(small, large, {chunk: 4, checkedChunks: 2});
    expect(part).toEqual({writer: "large", text: `${"9".repeat(12)}${CLOSE_TAG}`});
    expect(last).toEqual({writer: "small", text: "\n"});
  });

  test("ends where the large model ends it", () => {
    const large = scripted((text) => "12\n"[text.length - 1]);
    expect(run(along(TAGGED), large)).toEqual([
      {writer: "small", text: OPEN_TAG},
      {writer: "large", text: "12\n"},
    ]);
  });

  test("is the small model's own where requests are refused", () => {
    const parts = run(along(TAGGED), along("Q"), {grants: () => false});
    expect(parts.map(({text}) => text).join("")).toBe(TAGGED.slice(1));
    expect(parts.every(({writer}) => writer === "small")).toBe(true);
  });

  test("has no more tokens than asked for, and refuses sizes that are none", () => {
    const parts = run(along(TAGGED), along(withoutTags(TAGGED)), {tokens: 13});
    expect(withoutTags(parts.map(({text}) => text).join(""))).toBe("12*");
    expect(() => run(along(TAGGED), along("Q"), {chunk: 0})).toThrow("splitReasoning: chunk must be");
  });
});

describe("a steered text", () => {
  const ends = {tokens: 40, isComplete: (piece: string) => piece.endsWith(";")};

  test("is written piece by piece by whom the rule names", () => {
    const large = scripted((text) => "ab;CD;e\n"[text.length - 1]);
    const small = scripted((text) => "ab;cd;e\n"[text.length - 1]);
    const steering = handsOver(ends, (text) => text === "Qab;");
    expect([...steeredText(small, large, "Q", {steering, ends, tokens: 40})]).toEqual([
      {writer: "small", text: "ab;"},
      {writer: "large", text: "CD;"},
      {writer: "small", text: "e\n"},
    ]);
  });

  test("throws a piece away in which the small model was unsure", () => {
    const laws = (text: string) => (text === "Qab;c" ? Float32Array.of(0, 0) : Float32Array.of(50, 0));
    const small = {...scripted((text) => "ab;cd;e\n"[text.length - 1]), read: laws};
    const large = scripted((text) => "ab;CD;e\n"[text.length - 1]);
    const steering = handsOverUnsure(ends, 0.5);
    const parts = [...steeredText(small, large, "Q", {steering, ends, tokens: 40})];
    expect(parts.map(({writer}) => writer)).toEqual(["small", "large", "small"]);
  });
});

describe("a reader of text", () => {
  test("writes what greedy decoding writes, and reads nothing twice", async () => {
    const model = await tinyDecoder({...TINY_CONFIG, vocab_size: 96});
    const text = {model, encode: encodeCharacters, decode: decodeCharacters, end: "\n", longestToken: 1};
    const reader = textReader(text);
    const piece = writePiece(reader, "Q:1+2=?", {tokens: 6});
    const alone = greedy(model, Array.from(encodeCharacters("Q:1+2=?")), 6).tokens;
    const ended = alone.indexOf(0);
    expect(piece.text).toBe(decodeCharacters(ended < 0 ? alone : alone.slice(0, ended + 1)));
    const {written, prefilled, passes} = reader.work();
    expect([written, prefilled, passes]).toEqual([piece.tokens.length, 7, piece.tokens.length]);
    // Another text that shares its beginning: only the rest is read, and the logits are those of a fresh reader.
    const other = reader.read("Q:1+3=?");
    expect(reader.work().prefilled).toBe(10);
    expect(other).toEqual(textReader(text).read("Q:1+3=?"));
  });
});
