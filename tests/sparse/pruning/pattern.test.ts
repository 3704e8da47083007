import {expect, test} from "vitest";
import {
  nOfM,
  parsePattern,
  patternDensity,
  patternText,
  unstructured,
} from "../../../src/lib/sparse/pruning/pattern.js";
import {bitmapBytes, denseBytes, groupBytes} from "../../../src/lib/sparse/pruning/stored-bytes.js";

test.each(["0.5", "1", "0", "0.125", "2:4", "1:1", "3:8"])("%s is read and written as it is", (text) => {
  expect(patternText(parsePattern(text))).toBe(text);
});

test("a density without its zero, and whole numbers with a point, are read", () => {
  expect(parsePattern(".5")).toEqual(unstructured(0.5));
  expect(parsePattern("1.0")).toEqual(unstructured(1));
});

test.each(["", "half", "50%", "1.5", "-0.5", "5:4", "2:", "1e-1", "2:4:8"])("%j is refused", (text) => {
  expect(() => parsePattern(text)).toThrow(RangeError);
});

test("a pattern out of its range is refused", () => {
  expect(() => unstructured(Number.NaN)).toThrow("unstructured: density must be from 0 to 1, got NaN");
  expect(() => nOfM(3, 2)).toThrow("nOfM: n must be an integer from 0 to 2, got 3");
  expect(() => nOfM(0, 0)).toThrow("nOfM: m must be an integer of at least 1, got 0");
});

test("bytes of half the weights: whole, with a bitmap, and as 2:4", () => {
  expect(denseBytes(64)).toBe(128);
  expect(bitmapBytes(64, 32)).toBe(8 + 64);
  expect(groupBytes(64, nOfM(2, 4))).toBe(64 + 8);
  expect(groupBytes(64, nOfM(1, 1))).toBe(128);
  expect(patternDensity(nOfM(2, 4))).toBe(0.5);
  expect(() => groupBytes(64, unstructured(0.5))).toThrow("groupBytes: pattern must be N:M, got 0.5");
});

test("a bitmap pays from a sixteenth of zeros on in bfloat16, from an eighth in 8 bits", () => {
  expect(bitmapBytes(16, 15)).toBe(denseBytes(16));
  expect(bitmapBytes(8, 7, 8)).toBe(denseBytes(8, 8));
});
