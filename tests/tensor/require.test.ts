import {describe, expect, test} from "vitest";
import {
  requireFinite,
  requireFraction,
  requireInteger,
  requireLength,
  requireNonNegative,
  requirePositive,
  requireShare,
} from "../../src/lib/tensor/require.js";

describe("requireInteger", () => {
  test("takes both ends and refuses what is beside them, with the value", () => {
    expect(() => requireInteger("f", "bits", 2, 2, 8)).not.toThrow();
    expect(() => requireInteger("f", "bits", 8, 2, 8)).not.toThrow();
    expect(() => requireInteger("f", "bits", 9, 2, 8)).toThrow(
      "f: bits must be an integer from 2 to 8, got 9",
    );
    expect(() => requireInteger("f", "size", 0, 1)).toThrow(
      "f: size must be an integer of at least 1, got 0",
    );
  });

  test.each([1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, "3", null, undefined])(
    "refuses %s",
    (value) => {
      expect(() => requireInteger("f", "n", value, 0)).toThrow(RangeError);
    },
  );
});

test.each([
  [requirePositive, 1e-300, 0, "must be a finite number above 0, got 0"],
  [requireNonNegative, 0, -1, "must be a finite number of at least 0, got -1"],
  [requireFraction, 1, 0, "must be above 0 and at most 1, got 0"],
  [requireShare, 0, 1.5, "must be from 0 to 1, got 1.5"],
] as const)("%o takes %d and refuses %d", (refuse, good, bad, message) => {
  expect(() => refuse("f", "x", good)).not.toThrow();
  expect(() => refuse("f", "x", bad)).toThrow(`f: x ${message}`);
  expect(() => refuse("f", "x", Number.NaN)).toThrow(RangeError);
});

test("requireLength names both lengths", () => {
  expect(() => requireLength("f", "x", [1, 2], 2)).not.toThrow();
  expect(() => requireLength("f", "x", [1, 2], 3)).toThrow("f: x must hold 3 values, got 2");
});

test("requireFinite names the first bad value and its place", () => {
  expect(() => requireFinite("f", "x", Float32Array.of(1, 2))).not.toThrow();
  expect(() => requireFinite("f", "x", Float64Array.of(1, Number.NaN, Number.POSITIVE_INFINITY))).toThrow(
    "f: x must be finite, got NaN at index 1",
  );
});
