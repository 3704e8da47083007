import {describe, expect, test} from "vitest";
import {experiment} from "../../src/lib/experiment/experiment.js";
import {checkParams} from "../../src/lib/technique/check-params.js";
import {allowedValues, paramFromText, paramToText} from "../../src/lib/technique/params.js";

const note = {kind: "text", label: "Note", maxLength: 8, default: ""} as const;

describe("a text parameter", () => {
  test("takes any text up to its length, numbers and words alike, as it is", () => {
    for (const text of ["", "12345678", "true", " 1e3 ", "a,b"]) {
      expect(paramFromText(note, text)).toBe(text);
      expect(paramToText(text)).toBe(text);
      expect(checkParams("here", {note}, {note: text})).toEqual({note: text});
    }
  });

  test.each([["123456789"], [8], [null], [["a"]]])("refuses %j", (value) => {
    expect(() => checkParams("here", {note}, {note: value})).toThrow(
      "here: note must be a text of at most 8 characters, got",
    );
  });

  test("says what it may be", () => {
    expect(allowedValues(note)).toBe("a text of at most 8 characters");
  });

  test("must have a default that it allows", () => {
    const definition = {
      id: "tests/text",
      title: "t",
      question: "q",
      source: "s",
      params: {note: {...note, default: "too long for it"}},
      columns: {x: {type: "string", label: "x"}},
      needs: [],
      sweep: [],
      run: () => [],
    } as const;
    expect(() => experiment(definition)).toThrow("note must be a text of at most 8 characters");
  });
});
