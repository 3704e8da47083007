import {expect, test} from "vitest";
import {stringMatch} from "../../src/lib/tasks/string-match.js";

test("counts the share of references found, whatever the case of their letters", () => {
  expect(stringMatch(["The keys are ABC and def."], [["abc", "DEF", "ghi"]])).toEqual({
    all: 66.67,
    part: 100,
  });
  expect(stringMatch(["", "x"], [["a"], ["x", "y"]])).toEqual({all: 25, part: 50});
});

test("a reference inside a longer word counts", () => {
  expect(stringMatch(["12345678"], [["2345"]]).all).toBe(100);
});

test("rounds to two decimals with exact ties to the even hundredth", () => {
  const hits = (found: number, samples: number) =>
    stringMatch(
      Array.from({length: samples}, (_, i) => (i < found ? "x" : "")),
      Array(samples).fill(["x"]),
    ).all;
  expect(hits(1, 3)).toBe(33.33);
  expect(hits(1, 32)).toBe(3.12); // 3.125
  expect(hits(3, 32)).toBe(9.38); // 9.375
  expect(hits(5, 32)).toBe(15.62); // 15.625
});

test("refuses samples without references, and lengths that differ", () => {
  expect(() => stringMatch([], [])).toThrow(
    "stringMatch: references must be as many as predictions and at least 1, got 0 for 0",
  );
  expect(() => stringMatch(["a"], [])).toThrow("got 0 for 1");
  expect(() => stringMatch(["a", "b"], [["a"], []])).toThrow(
    "stringMatch: every sample must have a reference, got none for sample 1",
  );
});
