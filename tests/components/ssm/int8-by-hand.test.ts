import {describe, expect, test} from "vitest";
import {
  clipByHand,
  hadamardByHand,
  ORDINARY,
  THREE,
} from "../../../src/components/by-hand/ssm/int8-by-hand.js";

const meanOff = (values: readonly number[], left: readonly number[], count: number) =>
  values.slice(0, count).reduce((sum, value, i) => sum + Math.abs(value - left[i]), 0) / count;

describe("a scan input by hand", () => {
  test("has steps of the largest value over 127, and of the clip over 127", () => {
    const {values, whole, clipped} = clipByHand(40, 0.875);
    expect(values).toEqual([...ORDINARY, 40]);
    expect(whole.step).toBeCloseTo(40 / 127, 6);
    // Nine magnitudes: the one at rank 7 is 0.9, the largest ordinary one.
    expect(clipped.step).toBeCloseTo(0.9 / 127, 6);
    expect([whole.codes.at(-1), clipped.codes.at(-1)]).toEqual([127, 127]);
    expect(clipped.left.at(-1)).toBeCloseTo(0.9, 6);
  });

  test("codes are the values over the step, to the nearest", () => {
    const {values, whole} = clipByHand(100, 0.8);
    whole.codes.forEach((code, i) => {
      expect(code).toBe(Math.round(values[i] / (100 / 127)) + 0);
      expect(whole.left[i]).toBeCloseTo((code * 100) / 127, 4);
    });
  });

  test("clipping helps the ordinary values the more, the larger the large one is", () => {
    const gain = (largest: number) => {
      const {values, whole, clipped} = clipByHand(largest, 0.875);
      return meanOff(values, whole.left, 8) / meanOff(values, clipped.left, 8);
    };
    expect(gain(1)).toBeLessThan(2);
    expect(gain(10)).toBeGreaterThan(2);
    expect(gain(100)).toBeGreaterThan(gain(10));
  });

  test("keeps all if nothing is to be clipped", () => {
    const {whole, clipped} = clipByHand(40, 1);
    expect(clipped).toEqual(whole);
  });
});

describe("four values in Hadamard space", () => {
  test("are four sums over 2, in which the large one stands by half", () => {
    const [a, b, c] = THREE;
    const {turned} = hadamardByHand(40);
    const sums = [a + b + c + 40, a - b + c - 40, a + b - c - 40, a - b - c + 40];
    turned.forEach((value, i) => {
      expect(value).toBeCloseTo(sums[i] / 2, 4);
    });
  });

  test("take finer steps and come back nearer", () => {
    for (const largest of [10, 40, 200]) {
      const {values, plain, rotated, back} = hadamardByHand(largest);
      expect(rotated.step).toBeLessThan(0.6 * plain.step);
      expect(meanOff(values, back, 4)).toBeLessThan(meanOff(values, plain.left, 4));
    }
  });
});
