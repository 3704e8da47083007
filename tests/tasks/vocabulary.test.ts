import {readFileSync} from "node:fs";
import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {
  decodeText,
  encodeText,
  fillers,
  isIn,
  keys,
  marker,
  values,
  vocabulary,
} from "../../src/lib/tasks/vocabulary.js";

describe("the vocabulary", () => {
  test("has 256 distinct printable words without white space", () => {
    expect(vocabulary).toHaveLength(256);
    expect(new Set(vocabulary).size).toBe(256);
    for (const word of vocabulary) expect(word).toMatch(/^[\x21-\x7e]+$/);
  });

  test("has no word inside another, so that a substring is a word", () => {
    const inside = vocabulary.flatMap((word) =>
      vocabulary
        .filter((other) => other !== word && other.includes(word))
        .map((other) => `${word} in ${other}`),
    );
    expect(inside).toEqual([]);
  });

  test("is parted into markers, keys, values and fillers without gap or overlap", () => {
    expect(keys.first).toBe(16);
    expect(values.first).toBe(keys.first + keys.size);
    expect(fillers.first).toBe(values.first + values.size);
    expect(fillers.first + fillers.size).toBe(256);
    expect(Object.values(marker).every((id) => id < keys.first)).toBe(true);
    expect([15, 16, 79, 80].map((id) => isIn(keys, id))).toEqual([false, true, true, false]);
  });

  test.each(["decoder-small", "decoder-small-outliers", "decoder-large", "decoder-coreference"])(
    "is the vocabulary of the tokenizer of %s",
    (model) => {
      const file = new URL(`../../src/data/models/${model}/tokenizer.json`, import.meta.url);
      const tokenizer = JSON.parse(readFileSync(file, "utf8")) as {model: {vocab: Record<string, number>}};
      expect(tokenizer.model.vocab).toEqual(Object.fromEntries(vocabulary.map((word, id) => [word, id])));
    },
  );
});

describe("text and ids", () => {
  test("a reader's prompt becomes ids and comes back", () => {
    const ids = encodeText("  <begin> fact otter\tamber plum .\nquery otter ");
    expect([...ids]).toEqual([
      1,
      3,
      encodeText("otter")[0],
      encodeText("amber")[0],
      encodeText("plum")[0],
      2,
      4,
      ids[2],
    ]);
    expect(decodeText(ids)).toBe("<begin> fact otter amber plum . query otter");
  });

  test("every list of ids survives the round trip", () => {
    fc.assert(
      fc.property(fc.uint8Array({maxLength: 50}), (ids) => {
        expect(encodeText(decodeText(ids))).toEqual(ids);
      }),
      {seed: 2},
    );
  });

  test("no text has no ids", () => {
    expect(encodeText(" \n")).toEqual(new Uint8Array(0));
    expect(decodeText([])).toBe("");
  });

  test("an unknown word is named with its place", () => {
    expect(() => encodeText("fact unicorn amber")).toThrow(
      new RangeError('encodeText: word 2 must be one of the 256 words of the vocabulary, got "unicorn"'),
    );
    expect(() => encodeText("Otter")).toThrow('got "Otter"');
    expect(() => encodeText("x".repeat(500))).toThrow(new RegExp(`got "${"x".repeat(80)}"$`));
  });

  test.each([256, -1, 1.5, Number.NaN])("the id %s has no word", (id) => {
    expect(() => decodeText([0, id])).toThrow(
      new RangeError(`decodeText: id 2 must be an integer of 0 .. 255, got ${id}`),
    );
  });
});
