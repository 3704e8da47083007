import fc from "fast-check";
import {describe, expect, test} from "vitest";
import {markAfter, nearestMark} from "../../../src/components/plots/places/mark-places.js";

const marks = [
  {x: 10, y: 90},
  {x: 50, y: 10},
  {x: 30, y: 50},
];

describe("nearestMark", () => {
  test("finds the nearest within reach and none beyond it", () => {
    expect(nearestMark(marks, {x: 12, y: 88}, 24)).toBe(0);
    expect(nearestMark(marks, {x: 200, y: 200}, 24)).toBe(-1);
    expect(nearestMark([], {x: 0, y: 0}, 24)).toBe(-1);
  });

  test("of marks on one place it takes the one that is drawn on top", () => {
    expect(nearestMark([marks[0], marks[0]], marks[0], 24)).toBe(1);
  });
});

describe("markAfter", () => {
  test("goes to the right and left by x, up and down by height", () => {
    expect(markAfter(marks, 0, "ArrowRight")).toBe(2);
    expect(markAfter(marks, 2, "ArrowLeft")).toBe(0);
    expect(markAfter(marks, 0, "ArrowUp")).toBe(2);
    expect(markAfter(marks, 1, "ArrowDown")).toBe(2);
  });

  test("stays at an end, and leaves other keys alone", () => {
    expect(markAfter(marks, 1, "ArrowRight")).toBe(1);
    expect(markAfter(marks, 0, "End")).toBe(1);
    expect(markAfter(marks, 1, "Home")).toBe(0);
    expect(markAfter(marks, 0, "a")).toBeUndefined();
  });

  test("to the right from the leftmost reaches every mark, even those on one place", () => {
    const mark = fc.record({x: fc.integer({min: 0, max: 5}), y: fc.integer({min: 0, max: 5})});
    fc.assert(
      fc.property(fc.array(mark, {minLength: 1, maxLength: 12}), (some) => {
        const seen = new Set([markAfter(some, 0, "Home")!]);
        for (let i = 1; i < some.length; i++) seen.add(markAfter(some, [...seen].at(-1)!, "ArrowRight")!);
        expect(seen.size).toBe(some.length);
      }),
      {seed: 3},
    );
  });
});
