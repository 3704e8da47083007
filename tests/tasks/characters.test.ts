import fc from "fast-check";
import {expect, test} from "vitest";
import {arithmeticProblem} from "../../src/lib/tasks/arithmetic.js";
import {characters, decodeCharacters, encodeCharacters} from "../../src/lib/tasks/characters.js";

test("the characters are the line end and printable ASCII, each once", () => {
  expect(characters).toHaveLength(96);
  expect(new Set(characters).size).toBe(96);
  expect(characters.slice(1).join("")).toMatch(/^[ -~]{95}$/);
  expect([characters[0], characters[1], characters[95]]).toEqual(["\n", " ", "~"]);
});

test("every list of ids survives the round trip", () => {
  fc.assert(
    fc.property(fc.uint8Array({max: 95}), (ids) => {
      expect(encodeCharacters(decodeCharacters(ids))).toEqual(ids);
    }),
    {seed: 5},
  );
});

test("worked arithmetic is made of these characters", () => {
  for (let index = 0; index < 50; index++) {
    const {text} = arithmeticProblem("train", index);
    expect(encodeCharacters(text)).toHaveLength(text.length);
    expect(decodeCharacters(encodeCharacters(text))).toBe(text);
  }
});

test.each(["\t", "\r", "é", "\u007f", "\u001f", "😀", "\u0000"])(
  "the character %j has no id",
  (character) => {
    expect(() => encodeCharacters(`ab${character}`)).toThrow(
      new RangeError(
        `encodeCharacters: character 3 must be printable ASCII or a line end, got ${JSON.stringify(character)}`,
      ),
    );
  },
);

test.each([96, -1, 0.5, Number.NaN])("the id %s has no character", (id) => {
  expect(() => decodeCharacters([0, id])).toThrow(
    new RangeError(`decodeCharacters: id 2 must be an integer of 0 .. 95, got ${id}`),
  );
});
