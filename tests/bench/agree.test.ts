import {describe, expect, test} from "vitest";
import {relativeError, requireClose} from "../../bench/harness/agree.js";

describe("requireClose", () => {
  test("lets pass what differs by no more than the tolerance of the largest magnitude", () => {
    expect(() => requireClose("x", [-10, 1], [-10.05, 1], 0.01)).not.toThrow();
    expect(() => requireClose("x", [-10, 1], [-10.2, 1], 0.01)).toThrow(
      "x: results must agree within 0.01 of 10, differ by",
    );
  });

  test("refuses another length, and NaN on either side", () => {
    expect(() => requireClose("x", [1, 2], [1], 1)).toThrow("x: the peer must give 2 numbers, got 1");
    expect(() => requireClose("x", [1, Number.NaN], [1, 2], 1)).toThrow("must agree");
    expect(() => requireClose("x", [1, 2], [1, Number.NaN], 1)).toThrow("must agree");
  });
});

test("relativeError is the energy of the difference over that of the signal", () => {
  expect(relativeError(Float32Array.of(3, 4), Float32Array.of(3, 4))).toBe(0);
  expect(relativeError(Float32Array.of(3, 4), Float32Array.of(0, 0))).toBe(1);
  expect(relativeError(Float32Array.of(3, 4), Float32Array.of(3, 3))).toBeCloseTo(1 / 25, 12);
});
