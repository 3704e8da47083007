import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {type Json, JsonProblem, parseStrictJson} from "../../src/lib/io/strict-json.js";

const LIMITS = {maxDepth: 100, maxValues: 10_000, maxString: 10_000};

/** What JSON.parse would give. */
function plain(json: Json): unknown {
  if (json instanceof Map) {
    const object = Object.create(null) as Record<string, unknown>;
    for (const [name, value] of json) object[name] = plain(value);
    return object;
  }
  return Array.isArray(json) ? json.map(plain) : json;
}

describe("parseStrictJson", () => {
  test("agrees with JSON.parse on every JSON text, however it is spaced", () => {
    fc.assert(
      fc.property(fc.jsonValue({depthSize: "small"}), fc.constantFrom(0, 1, "\t"), (value, space) => {
        const text = JSON.stringify(value, null, space);
        expect(JSON.stringify(plain(parseStrictJson(text, LIMITS)))).toBe(JSON.stringify(JSON.parse(text)));
      }),
      {seed: 1, numRuns: 500},
    );
  });

  test("accepts a text exactly if JSON.parse does, duplicate names apart", () => {
    const token = fc.constantFrom(
      ..."{}[],:".split(""),
      '"a"',
      '"\\u00e9"',
      '"\\x"',
      '"\n"',
      "1",
      "-0.5e3",
      "01",
      "1.",
      "+1",
      ".5",
      "true",
      "nul",
      "NaN",
      " ",
      "\u00a0",
    );
    const accepts = (parse: () => unknown) => {
      try {
        parse();
        return true;
      } catch (error) {
        return error instanceof JsonProblem && error.kind === "duplicate-name";
      }
    };
    fc.assert(
      fc.property(fc.array(token, {maxLength: 7}), (tokens) => {
        const text = tokens.join("");
        expect(accepts(() => parseStrictJson(text, LIMITS))).toBe(accepts(() => JSON.parse(text)));
      }),
      {seed: 2, numRuns: 20_000},
    );
  });

  test("takes bare NaN and Infinity only when asked to", () => {
    const text = '{"a": [Infinity, -Infinity, NaN]}';
    expect(() => parseStrictJson(text, LIMITS)).toThrow("a JSON value");
    const json = parseStrictJson(text, {...LIMITS, bareNumbers: true}) as Map<string, Json>;
    expect(json.get("a")).toEqual([Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN]);
  });

  test("holds its caps at the first value beyond them", () => {
    const caps = {maxDepth: 2, maxValues: 4, maxString: 3};
    expect(parseStrictJson('[[1],"abc"]', caps)).toEqual([[1], "abc"]);
    expect(() => parseStrictJson("[[[1]]]", caps)).toThrow("nested at most 2 deep");
    expect(() => parseStrictJson("[1,2,3,4]", caps)).toThrow("at most 4 values");
    expect(() => parseStrictJson('"abcd"', caps)).toThrow("at most 3 characters");
  });

  test("a million open brackets end at the depth cap and not in a stack overflow", () => {
    expect(() => parseStrictJson("[".repeat(1_000_000), LIMITS)).toThrow(JsonProblem);
  });

  test("says where", () => {
    try {
      parseStrictJson('{"a": 1, "a": 2}', LIMITS);
    } catch (error) {
      expect(error).toMatchObject({kind: "duplicate-name", index: 9, value: "a"});
      return;
    }
    throw new Error("accepted");
  });
});
